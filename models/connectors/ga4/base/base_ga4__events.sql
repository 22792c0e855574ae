{{ config(materialized='view', enabled=is_connected('ga4')) }}

with

events as (
    select
        *,
        {{ value_of_param('event_params', 'ga_session_id', 'int_value') }} as session_number,
        {{ value_of_param('event_params', 'ga_session_id', 'string_value') }} as session_text,
        {{ value_of_param('event_params', 'page_location', 'string_value') }} as page_location,
        {{ value_of_param('event_params', 'page_referrer', 'string_value') }} as page_referrer,
        {{ value_of_param('event_params', 'source', 'string_value') }} as param_source,
        {{ value_of_param('event_params', 'medium', 'string_value') }} as param_medium,
        {{ value_of_param('event_params', 'campaign', 'string_value') }} as param_campaign,
        {{ value_of_param('event_params', 'gclid', 'string_value') }} as param_gclid,
        {{ value_of_param('event_params', 'transaction_id', 'string_value') }} as param_transaction,
        {{ digest_of_params('event_params') }} as params_digest
    from {{ source('ga4', 'events') }}
),

sessions as (
    select
        *,
        coalesce(cast(session_number as {{ dbt.type_string() }}), session_text) as ga_session_id,
        collected_traffic_source.manual_source is not null
        or collected_traffic_source.manual_medium is not null
        or collected_traffic_source.manual_campaign_name is not null as has_collected_source,
        coalesce(
            {{ named('ecommerce.transaction_id') }}, {{ named('param_transaction') }}
        ) as transaction
    from events
)

select
    connector,
    file_path,
    place_in_file,
    event_timestamp,
    event_name,
    user_pseudo_id,
    user_id,
    user_pseudo_id || ':' || stream_id || ':' || ga_session_id as session_id,
    {{ text_of_key([
        'event_date', 'stream_id', 'user_pseudo_id', 'ga_session_id', 'event_name', 'event_timestamp',
        'params_digest',
    ]) }} as event_key,
    {{ path_of_url('page_location') }} as page_path,
    {{ without_addresses('page_referrer') }} as page_referrer,
    case when event_name = 'purchase' then transaction end as transaction_id,
    {{ named('device.category') }} as device_type,
    coalesce({{ named('device.web_info.browser') }}, {{ named('device.browser') }}) as browser,
    {{ named('device.operating_system') }} as operating_system,
    geo.country,
    -- What the visit of this event came by; `traffic_source` is what the first visit came by.
    nullif({{ named(
        'case when has_collected_source then collected_traffic_source.manual_source else param_source end'
    ) }}, '(direct)') as utm_source,
    nullif({{ named(
        'case when has_collected_source then collected_traffic_source.manual_medium else param_medium end'
    ) }}, '(none)') as utm_medium,
    nullif({{ named(
        'case when has_collected_source then collected_traffic_source.manual_campaign_name '
        ~ 'else param_campaign end'
    ) }}, '(direct)') as utm_campaign,
    coalesce(collected_traffic_source.gclid, param_gclid) is not null
    or coalesce(
        page_location like '%?gclid=%' or page_location like '%&gclid=%', false
    ) as has_gclid,
    items
from sessions
