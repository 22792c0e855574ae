with

traits as (
    select * from {{ ref('int_person_traits') }}
),

address_slips as (
    select * from {{ ref('int_address_slips') }}
),

keys as (
    select
        person_id,
        {{ key_hash(['trait', 'value']) }} as key
    from traits
    where trait in ('phone', 'mailbox')

    union all

    -- A name alone is many people's.
    select
        names.person_id,
        {{ key_hash(['others.trait', 'names.value', 'others.value']) }} as key
    from traits as names
    inner join traits as others
        on names.person_id = others.person_id
        and names.trait = 'name'
        and others.trait in ('birth_date', 'postal_code', 'city')
),

shared_keys as (
    select key
    from keys
    group by key
    having count(*) between 2 and {{ var('identity_suggestions_max_block') }}
),

keys_of_few as (
    select keys.*
    from keys
    inner join shared_keys on keys.key = shared_keys.key
),

pairs as (
    select
        keys_of_few.person_id,
        others.person_id as other_person_id
    from keys_of_few
    inner join keys_of_few as others
        on keys_of_few.key = others.key
        and keys_of_few.person_id < others.person_id

    union all

    select
        person_id,
        other_person_id
    from address_slips
)

select
    person_id,
    other_person_id
from pairs
group by person_id, other_person_id
