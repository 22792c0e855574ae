{{ config(enabled=is_connected('klaviyo')) }}

with

events as (
    select * from {{ ref('base_klaviyo__events') }}
    where contract_table = 'events'
)

-- Products are the shop's: so is the system that issued the ids.
select
    connector,
    file_path,
    place_in_file,
    '{{ web_source_system() }}' as source_system,
    connector || ':' || event_id as event_id,
    occurred_at,
    event as event_name,
    {{ nothing_for(['anonymous_id', 'customer_id']) }},
    email,
    cast(null as {{ dbt.type_string() }}) as session_id,
    product_id,
    cast(null as {{ dbt.type_string() }}) as order_id,
    cast(null as boolean) as is_bot,
    {{ nothing_for(['page_path', 'device_type']) }},
    browser,
    operating_system,
    {{ nothing_for(['country_code', 'utm_source', 'utm_medium', 'utm_campaign', 'referrer']) }},
    left_out
from events
