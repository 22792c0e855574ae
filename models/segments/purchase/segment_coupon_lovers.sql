with

customers as (
    select * from {{ ref('order_facts') }}
)

select
    customers.customer_id,
    'coupon_lovers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    customers.coupon_order_count || ' of ' || customers.order_count || ' orders with a coupon, '
    || {{ percentage('customers.coupon_order_share') }} as reason
from customers
where
    customers.coupon_order_count >= {{ var('coupon_lovers_min_coupon_orders') }}
    and customers.coupon_order_share >= {{ var('coupon_lovers_min_coupon_share') }}
