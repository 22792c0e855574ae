with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'indecisive_shoppers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_product_view_at as evidence_at,
    {{ counted('customers.sessions_last_30_days', 'session') }} || ', '
    || {{ counted('customers.product_views_last_30_days', 'product view') }} || ' and '
    || {{ counted('cast(floor(customers.minutes_on_site_last_30_days) as bigint)', 'minute') }}
    || ' in 30 days, no order in 90 days' as reason
from customers
where
    customers.sessions_last_30_days >= {{ var('indecisive_shoppers_min_sessions_last_30_days') }}
    and customers.product_views_last_30_days
    >= {{ var('indecisive_shoppers_min_product_views_last_30_days') }}
    and customers.minutes_on_site_last_30_days
    >= {{ var('indecisive_shoppers_min_minutes_last_30_days') }}
    and customers.order_count_last_90_days = 0
