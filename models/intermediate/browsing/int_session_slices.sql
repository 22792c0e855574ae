with

slices as (
    select
        event_days.source_system,
        visitor_persons.visitor_type,
        visitor_persons.visitor_id,
        event_days.session_id,
        visitor_persons.customer_id,
        event_days.event_count,
        event_days.add_to_cart_count,
        event_days.first_event,
        event_days.started_at,
        event_days.ended_at
    from {{ ref('int_event_days') }} as event_days
    inner join {{ ref('int_visitor_persons') }} as visitor_persons
        on {{ same_identity('event_days', 'visitor_persons') }}
        and {{ is_same('event_days.anonymous_id', 'visitor_persons.anonymous_id') }}
    where visitor_persons.visitor_id is not null
),

-- Without session ids, slices within the pause of each other are one session, over midnight too.
untracked_slices as (
    select
        *,
        max(ended_at) over (
            partition by source_system, visitor_type, visitor_id
            order by started_at, first_event.event_id
            rows between unbounded preceding and 1 preceding
        ) as previous_ended_at
    from slices
    where session_id is null
),

numbered_slices as (
    select
        *,
        cast(
            sum(
                case
                    when started_at
                        > previous_ended_at + interval '{{ var("session_gap_minutes") }}' minute
                        then 1
                    else 0
                end
            ) over (
                partition by source_system, visitor_type, visitor_id
                order by started_at, first_event.event_id
                rows unbounded preceding
            ) as {{ dbt.type_bigint() }}
        ) as session_number
    from untracked_slices
)

select
    source_system, visitor_type, visitor_id, session_id, 0 as session_number,
    customer_id, event_count, add_to_cart_count, first_event, started_at, ended_at
from slices
where session_id is not null

union all

select
    source_system, visitor_type, visitor_id, session_id, session_number,
    customer_id, event_count, add_to_cart_count, first_event, started_at, ended_at
from numbered_slices
