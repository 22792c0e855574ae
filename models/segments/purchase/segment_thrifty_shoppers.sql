with

orders as (
    select * from {{ ref('order_facts') }}
),

browsing as (
    select * from {{ ref('browsing_facts') }}
)

select
    orders.customer_id,
    'thrifty_shoppers' as segment,
    '' as segment_value,
    orders.as_of_date,
    orders.last_order_at as evidence_at,
    orders.order_count_last_365_days || ' orders of '
    || round(orders.average_items_per_order_last_365_days, 1) || ' items on average, '
    || {{ counted('browsing.products_viewed_last_365_days', 'product') }} || ' viewed and '
    || orders.products_bought_last_365_days || ' bought in 365 days' as reason
from orders
inner join browsing on orders.customer_id = browsing.customer_id
where
    orders.order_count_last_365_days >= {{ var('thrifty_shoppers_min_orders_last_365_days') }}
    and orders.average_items_per_order_last_365_days
    <= {{ var('thrifty_shoppers_max_items_per_order') }}
    and browsing.products_viewed_last_365_days >= 1
    and browsing.products_viewed_last_365_days
    <= {{ var('thrifty_shoppers_max_products_viewed_per_bought') }}
    * orders.products_bought_last_365_days
