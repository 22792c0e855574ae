select
    cast(moment(number, getvariable('count')) as date) as spend_date,
    ['google', 'meta'][1 + number % 2] as channel,
    ['US', 'MX', 'DE'][1 + number % 3] as country_code,
    'always on' as campaign,
    'USD' as currency,
    cast(50 + 100 * chance(number, 'spend') as decimal(18, 2)) as amount
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
