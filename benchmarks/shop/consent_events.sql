select
    'g' || number as consent_id,
    moment(number, getvariable('count')) as occurred_at,
    'c' || cast(floor(chance(number, 'customer') * getvariable('customers')) as bigint)
        as customer_id,
    'email' as channel,
    one_of(['granted', 'granted', 'withdrawn'], number, 'state') as state
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
