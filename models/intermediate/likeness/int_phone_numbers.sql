with

profiles as (
    select
        *,
        -- Known of plain numbers alone: extensions and letters for digits are left to be read.
        case
            when translate(phone, '0123456789+()-./ ', '') = ''
                then translate(phone, '+()-./ ', '')
        end as digits
    from {{ ref('int_likeness_profiles') }}
    where phone is not null
),

written_numbers as (
    select
        person_id,
        phone,
        country_code,
        case when length(digits) >= 7 then right(digits, 7) end as last_digits
    from profiles
),

shared_digits as (
    select last_digits
    from written_numbers
    where last_digits is not null
    group by last_digits
    having min(person_id) < max(person_id)
),

-- Reading a number takes 40 microseconds: what nobody else can have is not read.
texts as (
    select
        written_numbers.phone,
        written_numbers.country_code
    from written_numbers
    left join shared_digits on written_numbers.last_digits = shared_digits.last_digits
    where written_numbers.last_digits is null or shared_digits.last_digits is not null
    group by written_numbers.phone, written_numbers.country_code
)

select
    phone,
    country_code,
    {{ phone_number('phone', 'country_code') }} as phone_number
from texts
