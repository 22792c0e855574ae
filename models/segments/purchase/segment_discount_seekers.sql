with

customers as (
    select * from {{ ref('order_facts') }}
)

select
    customers.customer_id,
    'discount_seekers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    customers.discounted_order_count || ' of ' || customers.order_count
    || ' orders with a coupon or discount, '
    || {{ percentage('customers.discounted_order_share') }} as reason
from customers
where
    customers.discounted_order_count >= {{ var('discount_seekers_min_discounted_orders') }}
    and customers.discounted_order_share >= {{ var('discount_seekers_min_discounted_share') }}
