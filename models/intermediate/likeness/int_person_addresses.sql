{%- set local_part = dbt.split_part('identifier', "'@'", 1) -%}
with

nodes as (
    select
        node_id as address_id,
        person_id,
        replace({{ dbt.split_part(local_part, "'+'", 1) }}, '.', '') as plain_local_part,
        {{ local_part }} as local_part,
        {{ dbt.split_part('identifier', "'@'", 2) }} as domain
    from {{ ref('int_identified_nodes') }}
    where identifier_type = 'email' and not is_conflict and {{ var('identity_suggestions') }}
)

select
    address_id,
    person_id,
    coalesce(nullif(plain_local_part, ''), local_part) as local_part,
    domain
from nodes
