with

browsing as (
    select * from {{ ref('browsing_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    browsing.customer_id,
    'cart_abandoners' as segment,
    '' as segment_value,
    browsing.as_of_date,
    browsing.last_add_to_cart_at as evidence_at,
    'filled a cart ' || {{ counted('browsing.days_since_last_add_to_cart', 'day') }}
    || ' ago and has not ordered since' as reason
from browsing
inner join orders on browsing.customer_id = orders.customer_id
where
    browsing.days_since_last_add_to_cart < {{ var('cart_abandoners_days') }}
    and browsing.last_add_to_cart_at
    <= browsing.as_of - interval '{{ var("cart_abandoners_min_hours") }}' hour
    and coalesce(orders.last_placed_order_at < browsing.last_add_to_cart_at, true)
    and coalesce(browsing.last_purchase_event_at < browsing.last_add_to_cart_at, true)
