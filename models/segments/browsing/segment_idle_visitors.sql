with

activity as (
    select * from {{ ref('activity_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
),

browsing as (
    select * from {{ ref('browsing_facts') }}
)

select
    activity.customer_id,
    'idle_visitors' as segment,
    '' as segment_value,
    activity.as_of_date,
    activity.last_activity_at as evidence_at,
    {{ counted('browsing.product_view_count', 'product view') }} || ', no order, no activity for '
    || {{ counted('activity.days_since_last_activity', 'day') }} as reason
from activity
inner join orders on activity.customer_id = orders.customer_id
inner join browsing on activity.customer_id = browsing.customer_id
where
    orders.placed_order_count = 0
    and browsing.product_view_count >= 1
    and activity.days_since_last_activity > {{ var('idle_visitors_days') }}
