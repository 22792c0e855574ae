with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

orders as (
    select * from {{ ref('int_customer_orders') }}
),

browsing as (
    select * from {{ ref('int_customer_browsing') }}
),

addresses as (
    select * from {{ ref('int_customer_addresses') }}
),

email as (
    select * from {{ ref('int_customer_email') }}
),

sms as (
    select * from {{ ref('int_customer_sms') }}
),

voice as (
    select * from {{ ref('int_customer_voice') }}
),

engagement as (
    select
        customers.customer_id,
        as_of.as_of_date,
        coalesce(addresses.is_subscribed, false) as is_email_subscriber,
        coalesce(addresses.is_suppressed, false) as is_suppressed,
        coalesce(sms.is_sms_subscriber, false) as is_sms_subscriber,
        coalesce(email.email_opens_last_90_days, 0) as email_opens_last_90_days,
        coalesce(email.email_clicks_last_90_days, 0) as email_clicks_last_90_days,
        email.last_email_engagement_at,
        email.last_marketing_engagement_at,
        voice.latest_csat,
        voice.previous_csat,
        voice.latest_csat_at,
        voice.latest_nps,
        voice.latest_nps_at,
        voice.latest_review,
        voice.latest_review_at,
        coalesce(voice.review_count, 0) as review_count,
        coalesce(voice.photo_review_count, 0) as photo_review_count,
        {{ latest_of([
            'orders.last_order_at', 'browsing.last_event_at',
            'email.last_email_engagement_at', 'voice.last_response_at',
        ]) }} as last_activity_at
    from customers
    cross join as_of
    inner join browsing on customers.customer_id = browsing.customer_id
    left join orders on customers.customer_id = orders.customer_id
    left join addresses on customers.customer_id = addresses.customer_id
    left join email on customers.customer_id = email.customer_id
    left join sms on customers.customer_id = sms.customer_id
    left join voice on customers.customer_id = voice.customer_id
)

select
    *,
    as_of_date - {{ shop_date('latest_csat_at', var('shop_timezone')) }} as days_since_latest_csat,
    as_of_date - {{ shop_date('latest_nps_at', var('shop_timezone')) }} as days_since_latest_nps,
    as_of_date - {{ shop_date('latest_review_at', var('shop_timezone')) }}
        as days_since_latest_review,
    as_of_date - {{ shop_date('last_activity_at', var('shop_timezone')) }}
        as days_since_last_activity
from engagement
