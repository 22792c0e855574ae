with

consent_events as (
    select * from {{ ref('base_consent_events') }}
    where reject_reason is null
)

select
    source_system,
    consent_id,
    customer_id as account_id,
    {{ usable_email('email') }} as email,
    channel,
    state,
    source,
    occurred_at
from consent_events
