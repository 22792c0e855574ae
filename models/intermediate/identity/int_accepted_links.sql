with

identity_links as (
    select
        coalesce(source_system, '') as source_system,
        {{ read_account('account_id') }} as account_id,
        {{ usable_email('email') }} as email,
        coalesce(other_source_system, '') as other_source_system,
        {{ read_account('other_account_id') }} as other_account_id,
        {{ usable_email('other_email') }} as other_email,
        cast(accepted_on as timestamp) as accepted_at
    from {{ ref('identity_links') }}
),

sightings as (
    select * from {{ ref('int_sightings') }}
),

both_ways as (
    select * from identity_links

    union all

    select
        other_source_system, other_account_id, other_email,
        source_system, account_id, email,
        accepted_at
    from identity_links
),

links as (
    select
        case when account_id is null then 'email' else 'account' end as identifier_type,
        case when account_id is null then '' else source_system end as source_system,
        coalesce(account_id, email) as identifier,
        case when other_account_id is null then 'email' else 'account' end
            as other_identifier_type,
        case when other_account_id is null then '' else other_source_system end
            as other_source_system,
        coalesce(other_account_id, other_email) as other_identifier,
        accepted_at as linked_at
    from both_ways
    where
        (account_id is null) <> (email is null)
        and (other_account_id is null) <> (other_email is null)
),

seen as (
    select 'account' as identifier_type, sightings.source_system, sightings.account_id as identifier
    from sightings
    inner join links
        on links.identifier_type = 'account'
        and sightings.source_system = links.source_system
        and sightings.account_id = links.identifier

    union

    select 'email' as identifier_type, '' as source_system, sightings.email as identifier
    from sightings
    inner join links
        on links.identifier_type = 'email'
        and sightings.email = links.identifier
)

select
    links.identifier_type,
    links.source_system,
    links.identifier,
    links.other_identifier_type,
    links.other_source_system,
    links.other_identifier,
    min(links.linked_at) as linked_at
from links
inner join seen
    on links.identifier_type = seen.identifier_type
    and links.source_system = seen.source_system
    and links.identifier = seen.identifier
inner join seen as others
    on links.other_identifier_type = others.identifier_type
    and links.other_source_system = others.source_system
    and links.other_identifier = others.identifier
group by
    links.identifier_type, links.source_system, links.identifier,
    links.other_identifier_type, links.other_source_system, links.other_identifier
