with

sightings as (
    select * from {{ ref('int_sightings') }}
),

links as (
    select * from {{ ref('int_identity_links') }}
),

shared_identifiers as (
    select * from {{ ref('int_shared_identifiers') }}
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

guarded as (
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
    guarded.identifier is null and shared_identifiers.compared_identifier is null as is_usable,
    identifiers.first_seen_at
from identifiers
left join guarded
    on identifiers.identifier_type = guarded.identifier_type
    and identifiers.source_system = guarded.source_system
    and identifiers.identifier = guarded.identifier
left join shared_identifiers
    on identifiers.identifier_type = shared_identifiers.identifier_type
    and {{ comparable_text('identifiers.identifier') }} = shared_identifiers.compared_identifier
