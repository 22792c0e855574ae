with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

sessions as (
    select * from {{ ref('int_customer_sessions') }}
),

events as (
    select * from {{ ref('int_customer_events') }}
),

product_views as (
    select * from {{ ref('int_customer_product_views') }}
)

select
    customers.customer_id,
    as_of.as_of,
    as_of.as_of_date,
    sessions.last_session_at,
    coalesce(sessions.session_count, 0) as session_count,
    coalesce(sessions.sessions_last_30_days, 0) as sessions_last_30_days,
    coalesce(sessions.sessions_last_90_days, 0) as sessions_last_90_days,
    coalesce(sessions.minutes_on_site_last_30_days, 0) as minutes_on_site_last_30_days,
    sessions.longest_session_minutes_last_30_days,
    sessions.longest_session_last_30_days_at,
    coalesce(events.product_view_count, 0) as product_view_count,
    coalesce(events.product_views_last_30_days, 0) as product_views_last_30_days,
    coalesce(product_views.products_viewed_last_30_days, 0) as products_viewed_last_30_days,
    coalesce(product_views.products_viewed_last_365_days, 0) as products_viewed_last_365_days,
    events.last_product_view_at,
    events.last_viewed_product_id,
    events.last_add_to_cart_at,
    as_of.as_of_date - {{ shop_date('events.last_add_to_cart_at', var('shop_timezone')) }}
        as days_since_last_add_to_cart,
    events.last_checkout_at,
    as_of.as_of_date - {{ shop_date('events.last_checkout_at', var('shop_timezone')) }}
        as days_since_last_checkout,
    events.last_purchase_event_at,
    coalesce(events.lead_count, 0) as lead_count,
    coalesce(events.share_count, 0) as share_count,
    events.last_share_at,
    events.last_event_at
from customers
cross join as_of
left join sessions on customers.customer_id = sessions.customer_id
left join events on customers.customer_id = events.customer_id
left join product_views on customers.customer_id = product_views.customer_id
