with

nodes as (
    select * from {{ ref('int_identified_nodes') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

owners as (
    select * from {{ ref('int_anonymous_owners') }}
    where customer_id is not null
)

select
    nodes.identifier_type,
    nodes.source_system,
    nodes.identifier,
    persons.customer_id
from nodes
inner join persons on nodes.person_id = persons.person_id

union all

select
    'anonymous_id' as identifier_type,
    owners.source_system,
    owners.anonymous_id as identifier,
    owners.customer_id
from owners
