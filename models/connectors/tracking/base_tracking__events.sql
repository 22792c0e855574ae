{{ config(materialized='view', enabled=is_connected('segment') or is_connected('rudderstack')) }}

with

-- One row per product, or one of an event that names none or one.
products as (
    select
        calls.*,
        product,
        case when product is null then 0 else position end as product_index
    from {{ ref('base_tracking__calls') }} as calls
    {{ each_of(or_one_null('calls.products'), 'product') }}
),

calls as (
    select
        *,
        lower(context_user_agent) as user_agent,
        coalesce(context_page_path, path, context_page_url, url) as page,
        coalesce(product.product_id, product.sku, product_id, sku) as named_product_id
    from products
),

names as (
    select * from {{ ref('ecommerce_event_names') }}
),

countries as (
    select * from {{ ref('country_names') }}
)

select
    calls.system,
    calls.connector,
    calls.file_path,
    calls.place_in_file * 10000 + calls.product_index as place_in_file,
    {{ sql_text(web_source_system()) }} as source_system,
    case
        when calls.product_index = 0 then calls.id
        else calls.id || ':' || calls.product_index
    end as event_id,
    calls.timestamp as occurred_at,
    coalesce(names.event_name, calls.called) as event_name,
    calls.anonymous_id,
    calls.user_id as customer_id,
    coalesce(
        calls.email, calls.context_traits_email,
        case when {{ holds_at_sign('calls.user_id') }} then calls.user_id end
    ) as email,
    calls.context_session_id as session_id,
    calls.named_product_id as product_id,
    case when names.event_name = 'purchase' then calls.order_id end as order_id,
    case
        when calls.user_agent like '%bot/%' or calls.user_agent like '%bot;%' then true
        when calls.user_agent like '%crawler%' or calls.user_agent like '%spider%' then true
        when calls.user_agent like '%headlesschrome%' then true
    end as is_bot,
    {{ path_of_url('calls.page') }} as page_path,
    case
        when calls.user_agent like '%ipad%' or calls.user_agent like '%tablet%' then 'tablet'
        when calls.user_agent like '%mobi%' then 'mobile'
        when lower(calls.context_device_type) in ('ios', 'android') then 'mobile'
        when calls.user_agent is not null then 'desktop'
    end as device_type,
    case
        when calls.user_agent like '%edg%/%' then 'Edge'
        when calls.user_agent like '%opr/%' then 'Opera'
        when calls.user_agent like '%samsungbrowser/%' then 'Samsung Internet'
        when calls.user_agent like '%firefox/%' or calls.user_agent like '%fxios/%' then 'Firefox'
        when calls.user_agent like '%chrome/%' or calls.user_agent like '%crios/%' then 'Chrome'
        when calls.user_agent like '%safari/%' then 'Safari'
    end as browser,
    case
        when calls.context_os_name is not null then calls.context_os_name
        when calls.user_agent like '%iphone%' or calls.user_agent like '%ipad%' then 'iOS'
        when calls.user_agent like '%android%' then 'Android'
        when calls.user_agent like '%windows%' then 'Windows'
        when calls.user_agent like '%mac os x%' then 'Macintosh'
        when calls.user_agent like '%linux%' then 'Linux'
    end as operating_system,
    countries.country_code,
    calls.context_campaign_source as utm_source,
    calls.context_campaign_medium as utm_medium,
    calls.context_campaign_name as utm_campaign,
    {{ without_addresses('coalesce(calls.context_page_referrer, calls.referrer)') }} as referrer,
    calls.left_out
from calls
left join names on lower(calls.called) = lower(names.tracked_name)
left join countries on lower(calls.context_location_country) = lower(countries.country_name)
