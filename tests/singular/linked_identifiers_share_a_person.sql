-- Both ends of every usable link are one person, unless that person would have too many accounts.
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

shared_emails as (
    select {{ usable_email('email') }} as email
    from {{ ref('shared_emails') }}
),

shared_accounts as (
    select {{ comparable_text('customer_id') }} as account_id
    from {{ ref('shared_accounts') }}
),

sightings as (
    select source_system, account_id, email, created_at as seen_at
    from {{ ref('stg_customers') }}

    union all

    select source_system, account_id, email, ordered_at as seen_at
    from {{ ref('stg_orders') }}
    where not is_test

    union all

    select source_system, account_id, email, occurred_at as seen_at
    from {{ ref('stg_email_events') }}

    union all

    select source_system, account_id, email, occurred_at as seen_at
    from {{ ref('stg_consent_events') }}

    union all

    select
        source_system, identifier as account_id, other_identifier as email, null as seen_at
    from {{ ref('int_accepted_links') }}
    where identifier_type = 'account' and other_identifier_type = 'email'
),

links as (
    select
        sightings.source_system,
        sightings.account_id,
        sightings.email,
        count(*) over (partition by sightings.email) as account_count,
        count(*) over (partition by sightings.source_system, sightings.account_id) as email_count
    from sightings
    cross join as_of
    left join shared_emails on sightings.email = shared_emails.email
    left join shared_accounts
        on {{ comparable_text('sightings.account_id') }} = shared_accounts.account_id
    where
        sightings.account_id is not null
        and sightings.email is not null
        and shared_emails.email is null
        and shared_accounts.account_id is null
        and (sightings.seen_at is null or sightings.seen_at < as_of.as_of)
    group by sightings.source_system, sightings.account_id, sightings.email
),

accounts as (
    select * from {{ ref('identity_map') }}
    where identifier_type = 'account'
),

emails as (
    select * from {{ ref('identity_map') }}
    where identifier_type = 'email'
),

oversized as (
    select * from {{ ref('identity_conflicts') }}
    where
        conflict = 'too many accounts in one person'
        and identifier_type = 'account'
        and linked_count > {{ var('max_accounts_per_person') }}
)

select
    links.source_system,
    links.account_id,
    links.email,
    accounts.customer_id as account_customer_id,
    emails.customer_id as email_customer_id
from links
left join accounts
    on links.source_system = accounts.source_system
    and links.account_id = accounts.identifier
left join emails on links.email = emails.identifier
left join oversized
    on links.source_system = oversized.source_system
    and links.account_id = oversized.identifier
where
    links.account_count <= {{ var('max_accounts_per_email') }}
    and links.email_count <= {{ var('max_emails_per_account') }}
    and oversized.identifier is null
    and coalesce(accounts.customer_id <> emails.customer_id, true)
