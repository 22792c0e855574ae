with

browsing as (
    select * from {{ ref('browsing_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
),

customers as (
    select * from {{ ref('int_customers') }}
)

select
    browsing.customer_id,
    'registered_browsers' as segment,
    '' as segment_value,
    browsing.as_of_date,
    browsing.last_session_at as evidence_at,
    {{ counted('customers.account_count', 'account') }} || ', '
    || {{ counted('browsing.lead_count', 'download') }} || ', '
    || {{ counted('browsing.sessions_last_90_days', 'session') }}
    || ' in 90 days, no order' as reason
from browsing
inner join orders on browsing.customer_id = orders.customer_id
inner join customers on browsing.customer_id = customers.customer_id
where
    (customers.account_count >= 1 or browsing.lead_count >= 1)
    and orders.placed_order_count = 0
    and browsing.sessions_last_90_days
    >= {{ var('registered_browsers_min_sessions_last_90_days') }}
