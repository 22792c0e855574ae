with

traffic as (
    select * from {{ ref('int_shop_traffic') }}
    where dimension in ('country', 'category')
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    traffic.dimension,
    traffic.dimension_value,
    'all visitors' as population,
    as_of.as_of_date,
    traffic.visitor_count as visitor_count_last_90_days,
    traffic.converted_visitor_count as converted_visitor_count_last_90_days,
    traffic.buyer_count as buyer_count_last_90_days,
    traffic.session_count as session_count_last_90_days,
    traffic.cart_count as cart_count_last_90_days,
    traffic.abandoned_cart_count as abandoned_cart_count_last_90_days,
    {{ share('traffic.converted_visitor_count', 'traffic.visitor_count') }} as conversion_rate,
    {{ share('traffic.cart_count', 'traffic.session_count') }} as add_to_cart_rate,
    {{ share('traffic.abandoned_cart_count', 'traffic.cart_count') }} as cart_abandonment_rate
from traffic
cross join as_of
