with

activity as (
    select * from {{ ref('activity_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    activity.customer_id,
    'idle_customers' as segment,
    '' as segment_value,
    activity.as_of_date,
    activity.last_activity_at as evidence_at,
    {{ counted('orders.order_count', 'order') }} || ', no activity for '
    || activity.days_since_last_activity || ' days' as reason
from activity
inner join orders on activity.customer_id = orders.customer_id
where
    orders.order_count >= 1
    and activity.days_since_last_activity > {{ var('idle_customers_days') }}
