select
    'm' || number as event_id,
    moment(number, getvariable('count')) as occurred_at,
    case
        when chance(number, 'type') < 0.63 then 'delivered'
        when chance(number, 'type') < 0.9 then 'opened'
        else 'clicked'
    end as event_type,
    'c' || cast(floor(chance(number, 'customer') * getvariable('customers')) as bigint)
        as customer_id,
    'campaign ' || number // 100000 as campaign_id,
    one_of(['newsletter', 'promotion', 'transactional'], number // 100000, 'campaign')
        as campaign_type,
    chance(number, 'machine') < 0.25 as is_machine_open
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
