with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'registered_browsers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_session_at as evidence_at,
    {{ counted('customers.account_count', 'account') }} || ', '
    || {{ counted('customers.lead_count', 'download') }} || ', '
    || {{ counted('customers.sessions_last_90_days', 'session') }}
    || ' in 90 days, no order' as reason
from customers
where
    (customers.account_count >= 1 or customers.lead_count >= 1)
    and customers.placed_order_count = 0
    and customers.sessions_last_90_days
    >= {{ var('registered_browsers_min_sessions_last_90_days') }}
