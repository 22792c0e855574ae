with

identifiers as (
    select * from {{ ref('int_identifiers') }}
    where is_usable
),

components as (
    select * from {{ ref('int_identity_components') }}
),

nodes as (
    select
        identifiers.*,
        coalesce(components.component_id, identifiers.node_id) as component_id
    from identifiers
    left join components on identifiers.node_id = components.node_id
),

component_sizes as (
    select
        component_id,
        count(case when identifier_type = 'account' then 1 end) as account_count
    from nodes
    group by component_id
)

select
    nodes.node_id,
    nodes.component_id,
    nodes.identifier_type,
    nodes.source_system,
    nodes.identifier,
    nodes.first_seen_at,
    component_sizes.account_count as component_account_count,
    component_sizes.account_count > {{ var('max_accounts_per_person') }} as is_conflict,
    -- A component with too many accounts is left unjoined.
    case
        when component_sizes.account_count > {{ var('max_accounts_per_person') }}
            then nodes.node_id
        else nodes.component_id
    end as person_id
from nodes
inner join component_sizes on nodes.component_id = component_sizes.component_id
