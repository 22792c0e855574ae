{{ config(materialized='view', enabled=is_connected('ga4')) }}
{%- set page_location = value_of_param('event_params', 'page_location', 'string_value') %}

with

read_events as (
    select
        *,
        coalesce(
            cast({{ value_of_param('event_params', 'ga_session_id', 'int_value') }} as {{ dbt.type_string() }}),
            {{ value_of_param('event_params', 'ga_session_id', 'string_value') }}
        ) as ga_session_id,
        {{ page_location }} as page_location,
        collected_traffic_source.manual_source is not null
        or collected_traffic_source.manual_medium is not null
        or collected_traffic_source.manual_campaign_name is not null as has_collected_source
    from {{ source('ga4', 'events') }}
),

-- What the visit of this event came by; `traffic_source` is what the first visit came by.
traffic as (
    select
        *,
        case
            when has_collected_source then collected_traffic_source.manual_source
            else {{ value_of_param('event_params', 'source', 'string_value') }}
        end as source,
        case
            when has_collected_source then collected_traffic_source.manual_medium
            else {{ value_of_param('event_params', 'medium', 'string_value') }}
        end as medium,
        case
            when has_collected_source then collected_traffic_source.manual_campaign_name
            else {{ value_of_param('event_params', 'campaign', 'string_value') }}
        end as campaign,
        coalesce(
            collected_traffic_source.gclid,
            {{ value_of_param('event_params', 'gclid', 'string_value') }}
        ) is not null
        or coalesce(
            page_location like '%?gclid=%' or page_location like '%&gclid=%', false
        ) as has_gclid
    from read_events
)

select
    connector,
    file_path,
    place_in_file,
    event_date,
    event_timestamp,
    event_name,
    stream_id,
    user_pseudo_id,
    user_id,
    ga_session_id,
    {{ path_of_url('page_location') }} as page_path,
    {{ value_of_param('event_params', 'page_referrer', 'string_value') }} as page_referrer,
    {{ digest_of_texts([text_of_params('event_params')]) }} as params_digest,
    coalesce(
        {{ named('ecommerce.transaction_id') }},
        {{ named(value_of_param('event_params', 'transaction_id', 'string_value')) }}
    ) as transaction_id,
    device.category as device_type,
    coalesce(device.web_info.browser, device.browser) as browser,
    device.operating_system,
    geo.country,
    {{ named('source') }} as utm_source,
    {{ named('medium') }} as utm_medium,
    {{ named('campaign') }} as utm_campaign,
    has_gclid,
    items
from traffic
