select
    date '2023-06-01' + cast(number * 7 as integer) as rate_date,
    'EUR' as currency,
    cast(1.05 + 0.1 * chance(number, 'rate') as decimal(18, 6)) as rate
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
