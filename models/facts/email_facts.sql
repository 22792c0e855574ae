with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

addresses as (
    select * from {{ ref('int_customer_addresses') }}
),

sms as (
    select * from {{ ref('int_customer_sms') }}
),

email as (
    select * from {{ ref('int_customer_email') }}
)

select
    customers.customer_id,
    as_of.as_of,
    as_of.as_of_date,
    coalesce(addresses.is_subscribed, false) as is_email_subscriber,
    coalesce(addresses.is_suppressed, false) as is_suppressed,
    coalesce(sms.is_sms_subscriber, false) as is_sms_subscriber,
    coalesce(email.email_opens_last_90_days, 0) as email_opens_last_90_days,
    coalesce(email.email_clicks_last_90_days, 0) as email_clicks_last_90_days,
    email.last_email_engagement_at,
    email.last_marketing_engagement_at
from customers
cross join as_of
left join addresses on customers.customer_id = addresses.customer_id
left join sms on customers.customer_id = sms.customer_id
left join email on customers.customer_id = email.customer_id
