with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'idle_customers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_activity_at as evidence_at,
    {{ counted('customers.order_count', 'order') }} || ', no activity for '
    || customers.days_since_last_activity || ' days' as reason
from customers
where
    customers.order_count >= 1
    and customers.days_since_last_activity > {{ var('idle_customers_days') }}
