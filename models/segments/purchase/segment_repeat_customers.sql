with

customers as (
    select * from {{ ref('order_facts') }}
)

select
    customers.customer_id,
    'repeat_customers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    customers.order_count || ' orders, '
    || cast(round(customers.average_days_between_orders) as integer)
    || ' days apart on average' as reason
from customers
where customers.order_count >= {{ var('repeat_customers_min_orders') }}
