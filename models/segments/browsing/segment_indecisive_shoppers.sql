with

browsing as (
    select * from {{ ref('browsing_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    browsing.customer_id,
    'indecisive_shoppers' as segment,
    '' as segment_value,
    browsing.as_of_date,
    browsing.last_product_view_at as evidence_at,
    {{ counted('browsing.sessions_last_30_days', 'session') }} || ', '
    || {{ counted('browsing.product_views_last_30_days', 'product view') }} || ' and '
    || {{ counted('cast(floor(browsing.minutes_on_site_last_30_days) as bigint)', 'minute') }}
    || ' in 30 days, no order in 90 days' as reason
from browsing
inner join orders on browsing.customer_id = orders.customer_id
where
    browsing.sessions_last_30_days >= {{ var('indecisive_shoppers_min_sessions_last_30_days') }}
    and browsing.product_views_last_30_days
    >= {{ var('indecisive_shoppers_min_product_views_last_30_days') }}
    and browsing.minutes_on_site_last_30_days
    >= {{ var('indecisive_shoppers_min_minutes_last_30_days') }}
    and orders.order_count_last_90_days = 0
