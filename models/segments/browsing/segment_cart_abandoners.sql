with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'cart_abandoners' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_add_to_cart_at as evidence_at,
    'filled a cart ' || {{ counted('customers.days_since_last_add_to_cart', 'day') }}
    || ' ago and has not ordered since' as reason
from customers
where
    customers.days_since_last_add_to_cart < {{ var('cart_abandoners_days') }}
    and customers.last_add_to_cart_at
    <= customers.as_of - interval '{{ var("cart_abandoners_min_hours") }}' hour
    and coalesce(customers.last_placed_order_at < customers.last_add_to_cart_at, true)
    and coalesce(customers.last_purchase_event_at < customers.last_add_to_cart_at, true)
