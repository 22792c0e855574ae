-- One mailbox in fifty belongs to two accounts.
select
    'c' || number as customer_id,
    'user' || case when chance(number, 'same mailbox') < 0.02 and number > 0 then number - 1 else number end
    || '@shop.test' as email,
    one_of(['Ana', 'José', '李', 'Zoë', 'Omar'], number, 'first name') as first_name,
    'Last ' || number % 1000 as last_name,
    moment(number, getvariable('count')) as created_at,
    one_of(['US', 'US', 'MX', 'GB', 'DE', 'FR'], number, 'country') as country_code,
    one_of(['Astoria', 'Bergen', 'Celle', null], number, 'city') as city,
    one_of(['en', 'es', 'de', 'fr'], number, 'language') as language,
    date '1950-01-01' + cast(floor(chance(number, 'birth') * 20000) as integer) as birth_date,
    one_of(['female', 'male', null], number, 'gender') as gender,
    chance(number, 'accepts') < 0.67 as accepts_marketing
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
