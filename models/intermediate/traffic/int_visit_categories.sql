with

events as (
    select events.*
    from {{ ref('int_visitor_events') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where
        events.event_name in ('view_item', 'add_to_cart')
        and events.visitor_id is not null
        and events.occurred_at >= as_of.last_90_days_from
),

products as (
    select * from {{ ref('stg_products') }}
    where category is not null
),

visits as (
    select * from {{ ref('int_visits') }}
)

-- Sessions cut by pauses follow each other, so the time tells which one an event belongs to.
select
    visits.visit_number,
    products.category,
    count(case when events.event_name = 'add_to_cart' then 1 end) > 0 as has_cart
from events
inner join products
    on events.source_system = products.source_system
    and events.product_id = products.product_id
inner join visits
    on events.source_system = visits.source_system
    and events.visitor_type = visits.visitor_type
    and events.visitor_id = visits.visitor_id
    and {{ is_same('events.session_id', 'visits.session_id') }}
    and events.occurred_at between visits.started_at and visits.ended_at
group by visits.visit_number, products.category
