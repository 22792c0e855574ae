with

links as (
    select * from {{ ref('int_identity_links') }}
    where is_email_usable and is_account_usable
),

accepted_links as (
    select * from {{ ref('int_accepted_links') }}
    where identifier_type = other_identifier_type
),

nodes as (
    select * from {{ ref('int_identified_nodes') }}
),

node_links as (
    select
        'account' as identifier_type, source_system, account_id as identifier,
        source_system as link_source_system, account_id as link_account_id, email as link_email,
        linked_in, linked_at
    from links

    union all

    select
        'email' as identifier_type, '' as source_system, email as identifier,
        source_system as link_source_system, account_id as link_account_id, email as link_email,
        linked_in, linked_at
    from links

    union all

    -- Of two accounts, or two addresses, each names the other.
    select
        accepted_links.identifier_type,
        accepted_links.source_system,
        accepted_links.identifier,
        case when others.identifier_type = 'account' then others.source_system end
            as link_source_system,
        case when others.identifier_type = 'account' then others.identifier end
            as link_account_id,
        case when others.identifier_type = 'email' then others.identifier end
            as link_email,
        'identity_links' as linked_in,
        accepted_links.linked_at
    from accepted_links
    inner join nodes
        on accepted_links.identifier_type = nodes.identifier_type
        and accepted_links.source_system = nodes.source_system
        and accepted_links.identifier = nodes.identifier
    inner join nodes as others
        on accepted_links.other_identifier_type = others.identifier_type
        and accepted_links.other_source_system = others.source_system
        and accepted_links.other_identifier = others.identifier
        and nodes.person_id = others.person_id
),

-- Whoever is accepted to be another was nobody else's before.
ranked_links as (
    select
        *,
        row_number() over (
            partition by identifier_type, source_system, identifier
            order by
                case when linked_in = 'identity_links' then 1 else 2 end asc,
                linked_at asc nulls first,
                link_source_system asc nulls last,
                link_account_id asc nulls last,
                link_email asc nulls last
        ) as link_rank
    from node_links
)

select
    identifier_type,
    source_system,
    identifier,
    linked_in,
    linked_at,
    link_source_system,
    link_account_id,
    link_email
from ranked_links
where link_rank = 1
