with

customers as (
    select * from {{ ref('order_facts') }}
)

select
    customers.customer_id,
    'one_timers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    '1 order, ' || {{ counted('customers.days_since_last_order', 'day') }} || ' ago' as reason
from customers
where customers.order_count = 1
