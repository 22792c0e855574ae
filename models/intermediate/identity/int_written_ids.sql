{%- set salt = env_var('SEGMENTRY_ID_SALT', '') -%}
with

nodes as (
    select * from {{ ref('int_identified_nodes') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

first_links as (
    select * from {{ ref('int_first_links') }}
),

written_ids as (
    select
        nodes.node_id,
        case
            when nodes.identifier_type = 'account'
                then {{ written_id(
                    'nodes.source_system', shown_account('nodes.identifier', salt)
                ) }}
            else {{ guest_id('nodes.identifier', salt) }}
        end as written_id,
        persons.customer_id,
        first_links.linked_in,
        first_links.linked_at,
        first_links.link_source_system,
        first_links.link_account_id,
        first_links.link_email
    from nodes
    inner join persons on nodes.person_id = persons.person_id
    left join first_links
        on nodes.identifier_type = first_links.identifier_type
        and nodes.source_system = first_links.source_system
        and nodes.identifier = first_links.identifier
),

-- Two accounts may be written alike; the one that is a customer by that id comes first.
ranked_ids as (
    select
        *,
        row_number() over (
            partition by written_id
            order by
                case when customer_id = written_id then 1 else 2 end asc,
                customer_id asc,
                node_id asc
        ) as id_rank
    from written_ids
)

select
    written_id,
    customer_id,
    linked_in,
    linked_at,
    link_source_system,
    link_account_id,
    link_email
from ranked_ids
where id_rank = 1
