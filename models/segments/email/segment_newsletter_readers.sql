with

customers as (
    select * from {{ ref('email_facts') }}
)

select
    customers.customer_id,
    'newsletter_readers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_marketing_engagement_at as evidence_at,
    {{ counted('customers.email_opens_last_90_days', 'open') }} || ' and '
    || {{ counted('customers.email_clicks_last_90_days', 'click') }} || ' in 90 days' as reason
from customers
where
    customers.is_email_subscriber
    and (
        customers.email_clicks_last_90_days
        >= {{ var('newsletter_readers_min_clicks_last_90_days') }}
        or customers.email_opens_last_90_days
        >= {{ var('newsletter_readers_min_opens_last_90_days') }}
    )
