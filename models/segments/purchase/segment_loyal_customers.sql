with

customers as (
    select * from {{ ref('order_facts') }}
)

select
    customers.customer_id,
    'loyal_customers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    customers.order_count_last_365_days || ' orders in 365 days'
    || coalesce(
        ', ' || {{ percentage('customers.top_category_order_share_last_365_days') }}
        || ' with ' || customers.top_category_last_365_days,
        ', no category known'
    ) as reason
from customers
where
    customers.order_count_last_365_days >= {{ var('loyal_customers_min_orders_last_365_days') }}
    and (
        customers.top_category_order_share_last_365_days
        >= {{ var('loyal_customers_min_top_category_share') }}
        or customers.top_category_order_share_last_365_days is null
    )
