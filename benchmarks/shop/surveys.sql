select
    's' || number as response_id,
    moment(number, getvariable('count')) as responded_at,
    one_of(['csat', 'csat', 'nps', 'review'], number, 'type') as survey_type,
    'c' || cast(floor(chance(number, 'customer') * getvariable('customers')) as bigint)
        as customer_id,
    cast(1 + floor(chance(number, 'score') * 5) as decimal(18, 2)) as score,
    cast(5 as decimal(18, 2)) as score_max
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
