with

event_days as (
    select
        event_days.*,
        visitor_persons.visitor_type,
        visitor_persons.visitor_id
    from {{ ref('int_event_days') }} as event_days
    cross join {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_visitor_persons') }} as visitor_persons
        on {{ same_identity('event_days', 'visitor_persons') }}
        and {{ is_same('event_days.anonymous_id', 'visitor_persons.anonymous_id') }}
    where
        event_days.device_type is not null
        and visitor_persons.visitor_id is not null
        and event_days.occurred_on > as_of.as_of_date - 90
),

carts as (
    select * from {{ ref('int_visits') }}
    where has_cart
)

-- Sessions cut by pauses follow each other, so the time tells which one events belong to.
select
    carts.visit_number,
    {{ first_by('event_days.device_type', 'event_days.started_at', 'event_days.device_type') }}
        as device_type
from event_days
inner join carts
    on event_days.source_system = carts.source_system
    and event_days.visitor_type = carts.visitor_type
    and event_days.visitor_id = carts.visitor_id
    and {{ is_same('event_days.session_id', 'carts.session_id') }}
    and event_days.started_at between carts.started_at and carts.ended_at
group by carts.visit_number
