with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'thrifty_shoppers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    customers.order_count_last_365_days || ' orders of '
    || round(customers.average_items_per_order_last_365_days, 1) || ' items on average, '
    || {{ counted('customers.products_viewed_last_365_days', 'product') }} || ' viewed and '
    || customers.products_bought_last_365_days || ' bought in 365 days' as reason
from customers
where
    customers.order_count_last_365_days >= {{ var('thrifty_shoppers_min_orders_last_365_days') }}
    and customers.average_items_per_order_last_365_days
    <= {{ var('thrifty_shoppers_max_items_per_order') }}
    and customers.products_viewed_last_365_days >= 1
    and customers.products_viewed_last_365_days
    <= {{ var('thrifty_shoppers_max_products_viewed_per_bought') }}
    * customers.products_bought_last_365_days
