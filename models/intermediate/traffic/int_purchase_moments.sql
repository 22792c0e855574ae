with

as_of as (
    select * from {{ ref('int_as_of') }}
),

events as (
    select events.*
    from {{ ref('int_purchase_events') }} as events
    cross join as_of
    where events.occurred_at >= as_of.last_90_days_from
),

visitor_persons as (
    select * from {{ ref('int_visitor_persons') }}
),

orders as (
    select orders.*
    from {{ ref('int_orders') }} as orders
    cross join as_of
    where
        orders.is_placed
        and orders.ordered_at >= as_of.last_90_days_from
),

-- Each moment counts, not only the last of a session or day: a cart looks for any within its hours.
moments as (
    select
        visitor_persons.customer_id,
        events.source_system,
        events.anonymous_id,
        events.occurred_at as purchased_at
    from events
    inner join visitor_persons
        on {{ same_identity('events', 'visitor_persons') }}
        and {{ is_same('events.anonymous_id', 'visitor_persons.anonymous_id') }}

    union all

    select
        customer_id,
        source_system,
        anonymous_id,
        ordered_at as purchased_at
    from orders
)

select
    customer_id,
    source_system,
    anonymous_id,
    purchased_at
from moments
where customer_id is not null or anonymous_id is not null
group by customer_id, source_system, anonymous_id, purchased_at
