with

nodes as (
    select * from {{ ref('int_identified_nodes') }}
    where identifier_type = 'email'
),

persons as (
    select * from {{ ref('int_persons') }}
)

select
    persons.customer_id,
    nodes.identifier as email
from nodes
inner join persons on nodes.person_id = persons.person_id
