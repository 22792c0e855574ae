with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

places as (
    select * from {{ ref('int_customer_places') }}
),

purchases as (
    select * from {{ ref('int_customer_purchases') }}
),

browsing as (
    select * from {{ ref('int_customer_browsing') }}
),

engagement as (
    select * from {{ ref('int_customer_engagement') }}
)

select
    customers.customer_id,
    customers.account_count,
    as_of.as_of,
    as_of.as_of_date,

    places.country_code,
    places.region,
    places.city,
    places.language,
    places.gender,
    places.age_years,

    purchases.first_order_at,
    purchases.last_order_at,
    purchases.days_since_last_order,
    purchases.order_count,
    purchases.order_count_last_90_days,
    purchases.order_count_last_365_days,
    purchases.placed_order_count,
    purchases.last_placed_order_at,
    {{ money('purchases.gross_revenue') }} as gross_revenue,
    {{ money('purchases.discount_amount') }} as discount_amount,
    {{ money('purchases.refunded_amount') }} as refunded_amount,
    {{ money('purchases.net_revenue') }} as net_revenue,
    {{ money('purchases.net_revenue_last_365_days') }} as net_revenue_last_365_days,
    purchases.average_order_value,
    {{ money('purchases.max_order_value') }} as max_order_value,
    purchases.discounted_order_count,
    purchases.discounted_order_share,
    purchases.full_price_order_count,
    purchases.coupon_order_count,
    purchases.coupon_order_share,
    purchases.average_items_per_order_last_365_days,
    purchases.products_bought_last_365_days,
    purchases.top_category_last_365_days,
    purchases.top_category_order_share_last_365_days,
    purchases.new_arrival_order_count_last_365_days,
    purchases.new_arrival_order_share_last_365_days,
    purchases.average_days_between_orders,
    purchases.recency_score,
    purchases.frequency_score,
    purchases.monetary_score,

    customers.first_seen_at,
    browsing.last_session_at,
    browsing.session_count,
    browsing.sessions_last_30_days,
    browsing.sessions_last_90_days,
    browsing.minutes_on_site_last_30_days,
    browsing.longest_session_minutes_last_30_days,
    browsing.product_view_count,
    browsing.product_views_last_30_days,
    browsing.products_viewed_last_30_days,
    browsing.products_viewed_last_365_days,
    browsing.last_product_view_at,
    browsing.last_viewed_product_id,
    browsing.last_add_to_cart_at,
    browsing.days_since_last_add_to_cart,
    browsing.last_checkout_at,
    browsing.days_since_last_checkout,
    browsing.last_purchase_event_at,
    browsing.lead_count,
    browsing.share_count,
    browsing.last_share_at,

    engagement.is_email_subscriber,
    engagement.is_suppressed,
    engagement.is_sms_subscriber,
    engagement.email_opens_last_90_days,
    engagement.email_clicks_last_90_days,
    engagement.last_email_engagement_at,
    engagement.last_marketing_engagement_at,

    engagement.latest_csat,
    engagement.previous_csat,
    engagement.latest_csat_at,
    engagement.days_since_latest_csat,
    engagement.latest_nps,
    engagement.latest_nps_at,
    engagement.days_since_latest_nps,
    engagement.latest_review,
    engagement.latest_review_at,
    engagement.days_since_latest_review,
    engagement.review_count,
    engagement.photo_review_count,

    engagement.last_activity_at,
    engagement.days_since_last_activity
from customers
cross join as_of
inner join places on customers.customer_id = places.customer_id
inner join purchases on customers.customer_id = purchases.customer_id
inner join browsing on customers.customer_id = browsing.customer_id
inner join engagement on customers.customer_id = engagement.customer_id
