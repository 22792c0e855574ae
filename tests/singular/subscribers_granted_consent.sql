-- Every subscribed address has a granted record in the staged rows, of its own or of its person.
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

granted_records as (
    select consent_events.source_system, consent_events.account_id, consent_events.email
    from {{ ref('stg_consent_events') }} as consent_events
    cross join as_of
    where
        consent_events.channel = 'email'
        and consent_events.state = 'granted'
        and consent_events.occurred_at < as_of.as_of

    union all

    select customers.source_system, customers.account_id, customers.email
    from {{ ref('stg_customers') }} as customers
    cross join as_of
    where
        customers.accepts_marketing
        and (customers.created_at is null or customers.created_at < as_of.as_of)
),

identity_map as (
    select * from {{ ref('identity_map') }}
),

-- A record whose address is nobody's speaks for every address of its account's person.
granted as (
    select
        emails.identifier as email,
        case when emails.identifier is null then accounts.customer_id end as customer_id
    from granted_records
    left join identity_map as emails
        on emails.identifier_type = 'email'
        and granted_records.email = emails.identifier
    left join identity_map as accounts
        on accounts.identifier_type = 'account'
        and granted_records.source_system = accounts.source_system
        and granted_records.account_id = accounts.identifier
)

select
    consents.customer_id,
    consents.email
from {{ ref('email_consents') }} as consents
where
    consents.is_subscribed
    and consents.email not in (select email from granted where email is not null)
    and consents.customer_id not in (select customer_id from granted where customer_id is not null)
