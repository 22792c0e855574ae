with

product_views as (
    select
        events.*,
        {{ shop_date('events.occurred_at', var('shop_timezone')) }} as viewed_on
    from {{ ref('stg_events') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where
        events.event_name = 'view_item'
        and events.product_id is not null
        and events.occurred_at < as_of.as_of
)

select
    source_system,
    anonymous_id,
    account_id,
    email,
    product_id,
    viewed_on,
    count(*) as view_count,
    max(occurred_at) as last_viewed_at,
    {{ last_by('event_id', 'occurred_at', 'event_id') }} as last_event_id
from product_views
group by
    source_system,
    anonymous_id,
    account_id,
    email,
    product_id,
    viewed_on
