with

email_events as (
    select email_events.*
    from {{ ref('stg_email_events') }} as email_events
    cross join {{ ref('int_as_of') }} as as_of
    where email_events.occurred_at < as_of.as_of
),

identities as (
    select * from {{ ref('int_identities') }}
)

select
    email_events.source_system,
    email_events.event_id,
    email_events.event_type,
    identities.customer_id,
    identities.usable_email,
    email_events.campaign_type,
    email_events.bounce_type,
    coalesce(email_events.campaign_type not in ('transactional', 'service_recovery'), true)
        as is_marketing,
    -- An open counts when a person made it, as far as anyone knows.
    email_events.event_type = 'opened'
    and coalesce(
        not email_events.is_machine_open, {{ var('trust_unflagged_opens') }}
    ) as is_counted_open,
    email_events.event_type = 'clicked' as is_click,
    email_events.occurred_at
from email_events
left join identities
    on {{ same_identity('email_events', 'identities') }}
