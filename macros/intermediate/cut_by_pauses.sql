{#-
    A select of the rows of events with `slice_number`. A tracker's session id keeps events together,
    however long the pauses; without one, they follow each other in one slice, within the given columns,
    until a pause of more than some minutes. Slices that come from parts of a visitor's events are joined
    into whole sessions later: a pause lies between neighbours.
-#}
{% macro cut_by_pauses(events, columns, minutes) -%}
    select
        *,
        0 as is_after_pause,
        0 as slice_number
    from {{ events }}
    where session_id is not null

    union all

    select
        *,
        cast(
            sum(is_after_pause) over (
                partition by {{ columns | join(', ') }}
                order by occurred_at, event_id
                rows unbounded preceding
            ) as {{ dbt.type_bigint() }}
        ) as slice_number
    from (
        select
            *,
            case
                when occurred_at > interval '{{ minutes }}' minute + lag(occurred_at) over (
                    partition by {{ columns | join(', ') }}
                    order by occurred_at, event_id
                )
                    then 1
                else 0
            end as is_after_pause
        from {{ events }}
        where session_id is null
    ) as paused_events
{%- endmacro %}
