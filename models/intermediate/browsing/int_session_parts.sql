with

events as (
    select * from {{ ref('int_visitor_events') }}
    where visitor_id is not null
),

-- Events without session ids are cut where their visitor paused.
untracked_events as (
    select
        *,
        lag(occurred_at) over (
            partition by source_system, visitor_type, visitor_id
            order by occurred_at, event_id
        ) as previous_occurred_at
    from events
    where session_id is null
),

pauses as (
    select
        *,
        case
            when occurred_at
                > previous_occurred_at + interval '{{ var("session_gap_minutes") }}' minute
                then 1
            else 0
        end as is_after_pause
    from untracked_events
),

session_events as (
    select
        source_system, visitor_type, visitor_id, session_id, 0 as session_number,
        anonymous_id, account_id, email, event_id, event_name, country_code, utm_source, occurred_at
    from events
    where session_id is not null

    union all

    select
        source_system, visitor_type, visitor_id, session_id,
        cast(
            sum(is_after_pause) over (
                partition by source_system, visitor_type, visitor_id
                order by occurred_at, event_id
                rows unbounded preceding
            ) as {{ dbt.type_bigint() }}
        ) as session_number,
        anonymous_id, account_id, email, event_id, event_name, country_code, utm_source, occurred_at
    from pauses
)

select
    source_system,
    visitor_type,
    visitor_id,
    session_id,
    session_number,
    anonymous_id,
    account_id,
    email,
    {{ first_by('event_id', 'occurred_at', 'event_id') }} as first_event_id,
    {{ first_by('utm_source', 'occurred_at', 'event_id') }} as first_utm_source,
    {{ first_by('country_code', 'occurred_at', 'event_id') }} as first_country_code,
    count(*) as event_count,
    count(case when event_name = 'add_to_cart' then 1 end) as add_to_cart_count,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at
from session_events
group by
    source_system,
    visitor_type,
    visitor_id,
    session_id,
    session_number,
    anonymous_id,
    account_id,
    email
