-- Every account and email seen is a person's, unless a seed or a guard says why it is nobody's.
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

sightings as (
    select source_system, account_id, email, created_at as seen_at
    from {{ ref('stg_customers') }}

    union all

    select source_system, account_id, email, ordered_at as seen_at
    from {{ ref('stg_orders') }}
    where not is_test

    union all

    select source_system, account_id, email, responded_at as seen_at
    from {{ ref('stg_surveys') }}

    union all

    select source_system, account_id, email, occurred_at as seen_at
    from {{ ref('stg_email_events') }}

    union all

    select source_system, account_id, email, occurred_at as seen_at
    from {{ ref('stg_consent_events') }}

    union all

    select source_system, account_id, email, first_event_at as seen_at
    from {{ ref('int_visitors') }}
),

identifiers as (
    select 'account' as identifier_type, source_system, account_id as identifier, seen_at
    from sightings
    where account_id is not null

    union all

    select 'email' as identifier_type, '' as source_system, email as identifier, seen_at
    from sightings
    where email is not null
),

explained as (
    select identifier_type, source_system, identifier
    from {{ ref('identity_map') }}

    union

    select identifier_type, source_system, identifier
    from {{ ref('identity_conflicts') }}
    where conflict in ('email with too many accounts', 'account with too many emails')

    union

    select
        'email' as identifier_type, '' as source_system,
        {{ usable_email('email') }} as identifier
    from {{ ref('shared_emails') }}

    union

    select
        'account' as identifier_type, accounts.source_system, accounts.identifier
    from identifiers as accounts
    inner join {{ ref('shared_accounts') }} as shared_accounts
        on {{ comparable_text('accounts.identifier') }}
        = {{ comparable_text('shared_accounts.customer_id') }}
    where accounts.identifier_type = 'account'
)

select
    identifiers.identifier_type,
    identifiers.source_system,
    identifiers.identifier
from identifiers
cross join as_of
left join explained
    on identifiers.identifier_type = explained.identifier_type
    and identifiers.source_system = explained.source_system
    and identifiers.identifier = explained.identifier
where
    explained.identifier is null
    and (identifiers.seen_at is null or identifiers.seen_at < as_of.as_of)
