{{ config(enabled=is_connected('segment')) }}
-- Whose orders were erased is known once these are read.
{%- for model in connected_models('orders') %}
-- depends_on: {{ ref(model) }}
{%- endfor %}

with

events as (
    select * from {{ ref('base_tracking__events') }}
    where system = 'segment'
)

select
    connector,
    file_path,
    place_in_file,
    source_system,
    event_id,
    occurred_at,
    event_name,
    anonymous_id,
    customer_id,
    email,
    session_id,
    product_id,
    order_id,
    is_bot,
    page_path,
    device_type,
    browser,
    operating_system,
    country_code,
    utm_source,
    utm_medium,
    utm_campaign,
    referrer,
    left_out
from events
