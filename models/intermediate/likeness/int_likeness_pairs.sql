with

likeness_keys as (
    select * from {{ ref('int_likeness_keys') }}
),

address_slips as (
    select * from {{ ref('int_address_slips') }}
)

select
    likeness_keys.person_id,
    others.person_id as other_person_id
from likeness_keys
inner join likeness_keys as others
    on likeness_keys.key = others.key
    and likeness_keys.person_id < others.person_id

union

select
    person_id,
    other_person_id
from address_slips
