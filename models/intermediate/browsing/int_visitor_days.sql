with

events as (
    select
        events.*,
        {{ shop_date('events.occurred_at', var('shop_timezone')) }} as occurred_on
    from {{ ref('stg_events') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where events.occurred_at < as_of.as_of
)

select
    source_system,
    anonymous_id,
    account_id,
    email,
    occurred_on,
    device_type,
    browser,
    count(*) as event_count,
    count(case when event_name = 'view_item' then 1 end) as product_view_count,
    count(case when event_name = 'generate_lead' then 1 end) as lead_count,
    count(case when event_name = 'share' then 1 end) as share_count,
    max(case when event_name = 'view_item' then occurred_at end) as last_product_view_at,
    max(case when event_name = 'add_to_cart' then occurred_at end) as last_add_to_cart_at,
    max(case when event_name = 'begin_checkout' then occurred_at end) as last_checkout_at,
    max(case when event_name = 'purchase' then occurred_at end) as last_purchase_event_at,
    max(case when event_name = 'share' then occurred_at end) as last_share_at,
    max(occurred_at) as last_event_at
from events
group by
    source_system,
    anonymous_id,
    account_id,
    email,
    occurred_on,
    device_type,
    browser
