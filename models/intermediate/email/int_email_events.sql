with

known_events as {{ not_materialized() }} (
    select email_events.*
    from {{ ref('stg_email_events') }} as email_events
    cross join {{ ref('int_as_of') }} as as_of
    where email_events.occurred_at < as_of.as_of
),

-- A program that follows every link of an email clicks far faster than a person.
email_events as (
    select
        *,
        false as is_counted_click
    from known_events
    where event_type <> 'clicked'

    union all

    select
        *,
        count(*) over (
            partition by source_system, account_id, email
            order by occurred_at
            range between interval '1' second preceding and interval '1' second following
        ) < {{ var('scanner_min_clicks_per_second') }} as is_counted_click
    from known_events
    where event_type = 'clicked'
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
    email_events.is_counted_click,
    email_events.occurred_at
from email_events
left join identities
    on {{ same_identity('email_events', 'identities') }}
