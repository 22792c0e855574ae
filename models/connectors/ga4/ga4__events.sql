{{ config(materialized='view', enabled=is_connected('ga4')) }}

with

events as (
    select * from {{ ref('ga4__event_rows') }}
),

repeats as (
    select * from {{ ref('ga4__repeated_purchases') }}
)

select
    events.connector,
    events.file_path,
    events.place_in_file,
    events.source_system,
    events.event_id,
    events.occurred_at,
    events.event_name,
    events.anonymous_id,
    events.customer_id,
    events.email,
    events.session_id,
    events.product_id,
    events.order_id,
    events.is_bot,
    events.page_path,
    events.device_type,
    events.browser,
    events.operating_system,
    events.country_code,
    events.utm_source,
    events.utm_medium,
    events.utm_campaign,
    events.referrer,
    case
        when repeats.file_path is not null then 'repeat of a purchase'
        else events.left_out
    end as left_out
from events
left join repeats
    on events.file_path = repeats.file_path and events.place_of_event = repeats.place_of_event
