with

email_events as (
    select * from {{ ref('int_email_events') }}
    where event_type = 'delivered' and is_marketing and customer_id is not null
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

dated_deliveries as (
    select
        email_events.customer_id,
        {{ shop_date('email_events.occurred_at', var('shop_timezone')) }} as delivered_on
    from email_events
    inner join as_of on email_events.occurred_at >= as_of.last_90_days_from
)

select
    customer_id,
    delivered_on,
    count(*) as delivery_count
from dated_deliveries
group by customer_id, delivered_on
