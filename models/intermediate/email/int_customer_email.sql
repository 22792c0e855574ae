with

email_events as (
    select
        email_events.*,
        email_events.is_marketing
        and email_events.occurred_at >= as_of.last_90_days_from as is_marketing_in_last_90_days
    from {{ ref('int_email_events') }} as email_events
    cross join {{ ref('int_as_of') }} as as_of
    where email_events.customer_id is not null
)

select
    customer_id,
    count(case when is_marketing_in_last_90_days and is_counted_open then 1 end)
        as email_opens_last_90_days,
    count(case when is_marketing_in_last_90_days and is_counted_click then 1 end)
        as email_clicks_last_90_days,
    max(case when is_counted_open or is_counted_click then occurred_at end)
        as last_email_engagement_at,
    max(case when is_marketing and (is_counted_open or is_counted_click) then occurred_at end)
        as last_marketing_engagement_at
from email_events
group by customer_id
