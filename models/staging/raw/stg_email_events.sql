with

email_events as (
    select * from {{ ref('base_email_events') }}
    where reject_reason is null
)

select
    source_system,
    event_id,
    event_type,
    customer_id as account_id,
    {{ usable_email('email') }} as email,
    campaign_id,
    campaign_type,
    bounce_type,
    is_machine_open,
    occurred_at
from email_events
