with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'curious_browsers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_session_at as evidence_at,
    {{ counted('customers.sessions_last_30_days', 'session') }} || ' in 30 days, last order '
    || {{ counted('customers.days_since_last_order', 'day') }} || ' ago' as reason
from customers
where
    customers.sessions_last_30_days >= 1
    and customers.order_count >= 1
    and customers.days_since_last_order > {{ var('curious_browsers_days') }}
