with

events as (
    select * from {{ ref('stg_events') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    events.source_system,
    events.anonymous_id,
    events.account_id,
    events.email,
    count(*) as event_count,
    min(events.occurred_at) as first_event_at,
    max(events.occurred_at) as last_event_at
from events
cross join as_of
where events.occurred_at < as_of.as_of
group by
    events.source_system,
    events.anonymous_id,
    events.account_id,
    events.email
