-- One order in twenty loses some of its money ten days later.
select
    'r' || number as refund_id,
    'o' || number * 20 as order_id,
    moment(number, getvariable('count')) + interval 10 days as refunded_at,
    cast(2 + 5 * chance(number, 'refund') as decimal(18, 2)) as amount
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
