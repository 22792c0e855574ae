with

customers as (
    select * from {{ ref('order_facts') }}
)

select
    customers.customer_id,
    'trendy_customers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    customers.new_arrival_order_count_last_365_days || ' of '
    || customers.order_count_last_365_days || ' orders in 365 days with a new arrival, '
    || {{ percentage('customers.new_arrival_order_share_last_365_days') }} as reason
from customers
where
    customers.new_arrival_order_count_last_365_days
    >= {{ var('trendy_customers_min_new_arrival_orders_last_365_days') }}
    and customers.new_arrival_order_share_last_365_days
    >= {{ var('trendy_customers_min_new_arrival_share') }}
