-- One row per device of known customers, and per country and category of all visitors: 90 days.
select
    'device' as dimension,
    segment_value as dimension_value,
    session_count_last_90_days as session_count,
    cart_count_last_90_days as cart_count,
    abandoned_cart_count_last_90_days as abandoned_cart_count,
    cart_abandonment_rate,
    conversion_rate
from segment_metrics
where segment = 'devices' and segment_value <> '*'

union all

select
    dimension,
    dimension_value,
    session_count_last_90_days,
    cart_count_last_90_days,
    abandoned_cart_count_last_90_days,
    cart_abandonment_rate,
    conversion_rate
from shop_metrics
order by dimension, cart_count desc, dimension_value
