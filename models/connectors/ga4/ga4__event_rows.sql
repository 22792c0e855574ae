{{ config(
    materialized='by_file',
    files='base_ga4__event_files',
    enabled=is_connected('ga4'),
    meta={'fills': 'events'},
) }}
-- Whose orders were erased is known once these are read.
{%- for model in connected_models('orders') %}
-- depends_on: {{ ref(model) }}
{%- endfor %}

with

events as (
    select * from {{ ref('base_ga4__events') }} as events
    where {{ of_these_files('events.file_path') }}
),

-- One row per item, or one of an event without any.
event_items as (
    select
        events.*,
        item,
        case when item is null then 0 else position end as item_index
    from events
    {{ each_of(or_one_null('events.items'), 'item') }}
),

countries as (
    select * from {{ ref('country_names') }}
),

files as (
    select * from {{ ref('base_ga4__event_files') }}
)

select
    events.connector,
    events.file_path,
    events.place_in_file * 1000 + events.item_index as place_in_file,
    events.place_in_file as place_of_event,
    {{ sql_text(web_source_system()) }} as source_system,
    {{ dbt.hash('events.event_key || events.item_index') }} as event_id,
    {{ timestamp_of_microseconds('events.event_timestamp') }} as occurred_at,
    events.event_name,
    events.user_pseudo_id as anonymous_id,
    events.user_id as customer_id,
    cast(null as {{ dbt.type_string() }}) as email,
    events.session_id,
    {{ named('events.item.item_id') }} as product_id,
    events.transaction_id as order_id,
    cast(null as boolean) as is_bot,
    events.page_path,
    events.device_type,
    events.browser,
    events.operating_system,
    countries.country_code,
    case
        when events.utm_source is null and events.has_gclid then 'google' else events.utm_source
    end as utm_source,
    case
        when events.utm_source is null and events.has_gclid then 'cpc' else events.utm_medium
    end as utm_medium,
    events.utm_campaign,
    events.page_referrer as referrer,
    case when files.is_replaced then 'the table of the whole day replaces it' end as left_out
from event_items as events
left join countries on lower(events.country) = lower(countries.country_name)
left join files on events.file_path = files.file_path
