with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'idle_visitors' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_activity_at as evidence_at,
    {{ counted('customers.product_view_count', 'product view') }} || ', no order, no activity for '
    || {{ counted('customers.days_since_last_activity', 'day') }} as reason
from customers
where
    customers.placed_order_count = 0
    and customers.product_view_count >= 1
    and customers.days_since_last_activity > {{ var('idle_visitors_days') }}
