with

profiles as (
    select * from {{ ref('int_likeness_profiles') }}
),

phone_numbers as (
    select * from {{ ref('int_phone_numbers') }}
    where phone_number is not null
),

places as (
    select * from {{ ref('int_person_places') }}
),

addresses as (
    select * from {{ ref('int_person_addresses') }}
),

named_places as (
    select
        profiles.person_id,
        profiles.first_name,
        profiles.last_name,
        places.country_code,
        places.postal_code,
        places.city
    from profiles
    inner join places on profiles.person_id = places.person_id
    where profiles.first_name is not null and profiles.last_name is not null
),

-- A name alone is many people's.
keys as (
    select profiles.person_id, {{ key_hash(["'phone'", 'phone_numbers.phone_number']) }} as key
    from profiles
    inner join phone_numbers
        on profiles.phone = phone_numbers.phone
        and profiles.country_code = phone_numbers.country_code

    union all

    select person_id, {{ key_hash(["'mailbox'", 'local_part', 'domain']) }} as key
    from addresses

    union all

    select person_id, {{ key_hash(["'born'", 'first_name', 'last_name', 'birth_date']) }} as key
    from profiles
    where first_name is not null and last_name is not null and birth_date is not null

    union all

    select
        person_id,
        {{ key_hash(["'code'", 'first_name', 'last_name', 'country_code', 'postal_code']) }} as key
    from named_places
    where postal_code is not null

    union all

    select
        person_id,
        {{ key_hash(["'city'", 'first_name', 'last_name', 'country_code', 'city']) }} as key
    from named_places
    where city is not null
),

shared_keys as (
    select key
    from keys
    group by key
    having min(person_id) < max(person_id)
),

shared_by as (
    select
        keys.key,
        keys.person_id,
        count(*) over (partition by keys.key) as person_count
    from keys
    inner join shared_keys on keys.key = shared_keys.key
    group by keys.key, keys.person_id
)

select
    key,
    person_id
from shared_by
where person_count <= {{ var('identity_suggestions_max_block') }}
