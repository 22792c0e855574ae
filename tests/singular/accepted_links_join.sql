{{ config(severity='warn') }}
-- Warns of rows of the seed identity_links that join nobody, and says why.
with

identity_links as (
    select
        {{ read_account('account_id') }} as account_id,
        {{ usable_email('email') }} as email,
        coalesce(source_system, '') as source_system,
        {{ read_account('other_account_id') }} as other_account_id,
        {{ usable_email('other_email') }} as other_email,
        coalesce(other_source_system, '') as other_source_system,
        {{ named_side('source_system', 'account_id', 'email') }} as side,
        {{ named_side('other_source_system', 'other_account_id', 'other_email') }} as other_side
    from {{ ref('identity_links') }}
),

identifiers as (
    select * from {{ ref('int_identifiers') }}
),

nodes as (
    select * from {{ ref('int_identified_nodes') }}
),

sides as (
    select
        identity_links.*,
        ends.node_id,
        other_ends.node_id as other_node_id
    from identity_links
    left join identifiers as ends
        on ends.identifier_type
        = case when identity_links.account_id is null then 'email' else 'account' end
        and ends.source_system
        = case when identity_links.account_id is null then '' else identity_links.source_system end
        and coalesce(identity_links.account_id, identity_links.email) = ends.identifier
    left join identifiers as other_ends
        on other_ends.identifier_type
        = case when identity_links.other_account_id is null then 'email' else 'account' end
        and other_ends.source_system
        = case
            when identity_links.other_account_id is null then ''
            else identity_links.other_source_system
        end
        and coalesce(identity_links.other_account_id, identity_links.other_email)
        = other_ends.identifier
),

problems as (
    select
        sides.side,
        sides.other_side,
        case
            when sides.node_id is null or sides.other_node_id is null
                then coalesce(case when sides.node_id is null then sides.side end, sides.other_side)
                    || ' is in no row before the day that is built'
            when nodes.node_id is null or other_nodes.node_id is null
                then coalesce(case when nodes.node_id is null then sides.side end, sides.other_side)
                    || ' is nobody''s, as a seed or a guard says'
            when nodes.person_id <> other_nodes.person_id
                then 'the person would have more than max_accounts_per_person accounts'
        end as problem
    from sides
    left join nodes on sides.node_id = nodes.node_id
    left join nodes as other_nodes on sides.other_node_id = other_nodes.node_id
)

select
    side,
    other_side,
    problem,
    'The seed identity_links does not join ' || side || ' and ' || other_side || ': '
    || problem || '.' as finding
from problems
where problem is not null
