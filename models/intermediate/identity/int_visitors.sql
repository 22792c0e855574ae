with

event_days as (
    select * from {{ ref('int_event_days') }}
)

select
    source_system,
    anonymous_id,
    account_id,
    email,
    cast(sum(event_count) as {{ dbt.type_bigint() }}) as event_count,
    min(started_at) as first_event_at,
    max(ended_at) as last_event_at
from event_days
group by source_system, anonymous_id, account_id, email
