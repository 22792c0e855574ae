with

events as (
    select events.*
    from {{ ref('stg_events') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where events.event_name = 'purchase' and events.occurred_at < as_of.as_of
)

select
    source_system,
    anonymous_id,
    account_id,
    email,
    occurred_at,
    count(*) as event_count
from events
group by source_system, anonymous_id, account_id, email, occurred_at
