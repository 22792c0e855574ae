with

customers as (
    select * from {{ ref('int_customers') }}
),

profile as (
    select * from {{ ref('profile_facts') }}
),

orders as (
    select * from {{ ref('order_facts') }}
),

browsing as (
    select * from {{ ref('browsing_facts') }}
),

email as (
    select * from {{ ref('email_facts') }}
),

voice as (
    select * from {{ ref('voice_facts') }}
),

activity as (
    select * from {{ ref('activity_facts') }}
)

select
    customers.customer_id, customers.account_count, orders.as_of, orders.as_of_date,

    profile.country_code, profile.region, profile.city, profile.language, profile.gender,
    profile.age_years,

    orders.first_order_at, orders.last_order_at, orders.days_since_last_order,
    orders.order_count, orders.order_count_last_90_days, orders.order_count_last_365_days,
    orders.placed_order_count, orders.last_placed_order_at, orders.gross_revenue,
    orders.discount_amount, orders.refunded_amount, orders.net_revenue,
    orders.net_revenue_last_365_days, orders.average_order_value, orders.max_order_value,
    orders.discounted_order_count, orders.discounted_order_share,
    orders.full_price_order_count, orders.coupon_order_count, orders.coupon_order_share,
    orders.average_items_per_order_last_365_days, orders.products_bought_last_365_days,
    orders.top_category_last_365_days, orders.top_category_order_share_last_365_days,
    orders.new_arrival_order_count_last_365_days,
    orders.new_arrival_order_share_last_365_days, orders.average_days_between_orders,
    orders.recency_score, orders.frequency_score, orders.monetary_score,

    customers.first_seen_at, browsing.last_session_at, browsing.session_count,
    browsing.sessions_last_30_days, browsing.sessions_last_90_days,
    browsing.minutes_on_site_last_30_days, browsing.longest_session_minutes_last_30_days,
    browsing.product_view_count, browsing.product_views_last_30_days,
    browsing.products_viewed_last_30_days, browsing.products_viewed_last_365_days,
    browsing.last_product_view_at, browsing.last_viewed_product_id,
    browsing.last_add_to_cart_at, browsing.days_since_last_add_to_cart,
    browsing.last_checkout_at, browsing.days_since_last_checkout,
    browsing.last_purchase_event_at, browsing.lead_count, browsing.share_count,
    browsing.last_share_at,

    email.is_email_subscriber, email.is_suppressed, email.is_sms_subscriber,
    email.email_opens_last_90_days, email.email_clicks_last_90_days,
    email.last_email_engagement_at, email.last_marketing_engagement_at,

    voice.latest_csat, voice.previous_csat, voice.latest_csat_at,
    voice.days_since_latest_csat, voice.latest_nps, voice.latest_nps_at,
    voice.days_since_latest_nps, voice.latest_review, voice.latest_review_at,
    voice.days_since_latest_review, voice.review_count, voice.photo_review_count,

    activity.last_activity_at, activity.days_since_last_activity
from customers
inner join profile on customers.customer_id = profile.customer_id
inner join orders on customers.customer_id = orders.customer_id
inner join browsing on customers.customer_id = browsing.customer_id
inner join email on customers.customer_id = email.customer_id
inner join voice on customers.customer_id = voice.customer_id
inner join activity on customers.customer_id = activity.customer_id
