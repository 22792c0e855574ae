with

sightings as (
    select * from {{ ref('int_sightings') }}
),

links as (
    select * from {{ ref('int_identity_links') }}
),

shared_emails as (
    select {{ usable_email('email') }} as email
    from {{ ref('shared_emails') }}
),

accounts as (
    select
        'account' as identifier_type,
        source_system,
        account_id as identifier,
        min(first_seen_at) as first_seen_at
    from sightings
    where account_id is not null
    group by source_system, account_id
),

emails as (
    select
        'email' as identifier_type,
        '' as source_system,
        email as identifier,
        min(first_seen_at) as first_seen_at
    from sightings
    where email is not null
    group by email
),

unusable as (
    select
        'account' as identifier_type,
        source_system,
        account_id as identifier
    from links
    where not is_account_usable

    union

    select
        'email' as identifier_type,
        '' as source_system,
        email as identifier
    from links
    where not is_email_usable

    union

    select
        'email' as identifier_type,
        '' as source_system,
        email as identifier
    from shared_emails
),

identifiers as (
    select * from accounts
    union all
    select * from emails
)

select
    row_number() over (
        order by identifiers.identifier_type, identifiers.source_system, identifiers.identifier
    ) as node_id,
    identifiers.identifier_type,
    identifiers.source_system,
    identifiers.identifier,
    unusable.identifier is null as is_usable,
    identifiers.first_seen_at
from identifiers
left join unusable
    on identifiers.identifier_type = unusable.identifier_type
    and identifiers.source_system = unusable.source_system
    and identifiers.identifier = unusable.identifier
