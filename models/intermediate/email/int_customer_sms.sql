with

consent_events as (
    select consent_events.*
    from {{ ref('stg_consent_events') }} as consent_events
    cross join {{ ref('int_as_of') }} as as_of
    where consent_events.channel = 'sms' and consent_events.occurred_at < as_of.as_of
),

identities as (
    select * from {{ ref('int_identities') }}
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
),

latest_consents as (
    select
        identities.customer_id,
        max(case when consent_events.state = 'granted' then consent_events.occurred_at end)
            as granted_at,
        max(case when consent_events.state = 'withdrawn' then consent_events.occurred_at end)
            as withdrawn_at
    from consent_events
    inner join identities
        on {{ same_identity('consent_events', 'identities') }}
    where identities.customer_id is not null
    group by identities.customer_id
)

select
    latest_consents.customer_id,
    profiles.phone is not null
    and latest_consents.granted_at is not null
    and coalesce(latest_consents.granted_at > latest_consents.withdrawn_at, true)
        as is_sms_subscriber,
    latest_consents.granted_at,
    latest_consents.withdrawn_at
from latest_consents
left join profiles on latest_consents.customer_id = profiles.customer_id
