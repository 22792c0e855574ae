with

records as (
    select
        source_system, account_id, email,
        state = 'granted' as is_granted,
        occurred_at as stands_at
    from {{ ref('stg_consent_events') }} as consent_events
    cross join {{ ref('int_as_of') }} as as_of
    where consent_events.channel = 'email' and consent_events.occurred_at < as_of.as_of

    union all

    -- An undated yes stands since the account was created, an undated no for ever.
    select
        source_system, account_id, email,
        accepts_marketing as is_granted,
        coalesce(
            accepts_marketing_updated_at,
            case
                when accepts_marketing then coalesce(created_at, {{ before_everything() }})
                else {{ after_everything() }}
            end
        ) as stands_at
    from {{ ref('stg_customers') }} as customers
    cross join {{ ref('int_as_of') }} as as_of
    where
        customers.accepts_marketing is not null
        and (customers.created_at is null or customers.created_at < as_of.as_of)
),

identities as (
    select * from {{ ref('int_identities') }}
)

select
    identities.customer_id,
    identities.usable_email,
    records.is_granted,
    records.stands_at
from records
inner join identities
    on {{ same_identity('records', 'identities') }}
where identities.customer_id is not null
