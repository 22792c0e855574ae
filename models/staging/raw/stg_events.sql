with

events as (
    select * from {{ ref('base_events') }}
    where reject_reason is null and not coalesce(is_bot, false)
)

select
    source_system,
    event_id,
    event_name,
    anonymous_id,
    customer_id as account_id,
    {{ usable_email('email') }} as email,
    session_id,
    product_id,
    order_id,
    page_path,
    device_type,
    browser,
    operating_system,
    country_code,
    utm_source,
    utm_medium,
    utm_campaign,
    referrer,
    file_path,
    occurred_at
from events
