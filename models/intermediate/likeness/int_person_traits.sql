with

pairs as (
    select * from {{ ref('int_likeness_pairs') }}
),

persons as (
    select person_id from pairs
    union
    select other_person_id from pairs
),

profiles as (
    select profiles.*
    from {{ ref('int_likeness_profiles') }} as profiles
    inner join persons on profiles.person_id = persons.person_id
),

phone_numbers as (
    select * from {{ ref('int_phone_numbers') }}
),

places as (
    select places.*
    from {{ ref('int_person_places') }} as places
    inner join persons on places.person_id = persons.person_id
),

addresses as (
    select addresses.*
    from {{ ref('int_person_addresses') }} as addresses
    inner join persons on addresses.person_id = persons.person_id
),

traits as (
    select profiles.person_id, 'phone' as trait, phone_numbers.phone_number as value
    from profiles
    inner join phone_numbers
        on profiles.phone = phone_numbers.phone
        and profiles.country_code = phone_numbers.country_code

    union all

    select person_id, 'name' as trait, first_name || ' ' || last_name as value
    from profiles

    union all

    select person_id, 'first_name' as trait, first_name as value
    from profiles

    union all

    select
        person_id, 'birth_date' as trait,
        cast(birth_date as {{ api.Column.translate_type('string') }}) as value
    from profiles

    union all

    select person_id, 'postal_code' as trait, country_code || ' ' || postal_code as value
    from places

    union all

    select person_id, 'city' as trait, country_code || ' ' || city as value
    from places

    union all

    select person_id, 'mailbox' as trait, local_part || '@' || domain as value
    from addresses

    union all

    select person_id, 'local_part' as trait, local_part as value
    from addresses
    where length(local_part) >= {{ var('identity_suggestions_min_local_part') }}
)

select
    person_id,
    trait,
    value
from traits
where value is not null
group by person_id, trait, value
