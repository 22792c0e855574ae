{#-
    The closing CTEs and select of a model of `int_event_days`: the events of a day, of one file, by
    identity, session id, device and browser, and slice.
    `events` must be a CTE of staged events with `occurred_on`, their shop-local date.
-#}
{% macro event_days(events, session_gap_minutes) -%}
sliced_events as (
    {{ cut_by_pauses(
        events,
        ['file_path', 'source_system', 'anonymous_id', 'account_id', 'email', 'occurred_on',
            'device_type', 'browser'],
        session_gap_minutes
    ) }}
)

select
    file_path,
    source_system,
    anonymous_id,
    account_id,
    email,
    session_id,
    occurred_on,
    device_type,
    browser,
    slice_number,
    count(*) as event_count,
    count(case when event_name = 'view_item' then 1 end) as product_view_count,
    count(case when event_name = 'add_to_cart' then 1 end) as add_to_cart_count,
    count(case when event_name = 'generate_lead' then 1 end) as lead_count,
    count(case when event_name = 'share' then 1 end) as share_count,
    max(case when event_name = 'view_item' then occurred_at end) as last_product_view_at,
    max(case when event_name = 'add_to_cart' then occurred_at end) as last_add_to_cart_at,
    max(case when event_name = 'begin_checkout' then occurred_at end) as last_checkout_at,
    max(case when event_name = 'purchase' then occurred_at end) as last_purchase_event_at,
    max(case when event_name = 'share' then occurred_at end) as last_share_at,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    {{ first_by(
        row_struct({
            'event_id': 'event_id', 'utm_source': 'utm_source', 'country_code': 'country_code'
        }),
        'occurred_at',
        'event_id'
    ) }} as first_event,
    max(
        case
            when event_name = 'view_item' and product_id is not null
                then {{ row_struct({
                    'viewed_at': 'occurred_at', 'event_id': 'event_id', 'product_id': 'product_id'
                }) }}
        end
    ) as last_viewed_product
from sliced_events
group by
    file_path,
    source_system,
    anonymous_id,
    account_id,
    email,
    session_id,
    occurred_on,
    device_type,
    browser,
    slice_number
{%- endmacro %}
