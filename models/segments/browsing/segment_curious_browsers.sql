with

browsing as (
    select * from {{ ref('browsing_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    browsing.customer_id,
    'curious_browsers' as segment,
    '' as segment_value,
    browsing.as_of_date,
    browsing.last_session_at as evidence_at,
    {{ counted('browsing.sessions_last_30_days', 'session') }} || ' in 30 days, last order '
    || {{ counted('orders.days_since_last_order', 'day') }} || ' ago' as reason
from browsing
inner join orders on browsing.customer_id = orders.customer_id
where
    browsing.sessions_last_30_days >= 1
    and orders.order_count >= 1
    and orders.days_since_last_order > {{ var('curious_browsers_days') }}
