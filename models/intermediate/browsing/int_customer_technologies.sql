with

event_days as (
    select event_days.*
    from {{ ref('int_event_days') }} as event_days
    cross join {{ ref('int_as_of') }} as as_of
    where event_days.occurred_on > as_of.as_of_date - 90
),

visitor_persons as (
    select * from {{ ref('int_visitor_persons') }}
    where customer_id is not null
),

sessions as (
    select sessions.*
    from {{ ref('int_sessions') }} as sessions
    cross join {{ ref('int_as_of') }} as as_of
    where
        sessions.customer_id is not null
        and sessions.started_at >= as_of.last_90_days_from
),

customer_days as (
    select
        visitor_persons.customer_id,
        event_days.device_type,
        event_days.browser,
        event_days.event_count,
        event_days.ended_at as last_event_at
    from event_days
    inner join visitor_persons
        on {{ same_identity('event_days', 'visitor_persons') }}
        and {{ is_same('event_days.anonymous_id', 'visitor_persons.anonymous_id') }}
),

uses as (
    select
        customer_id, 'device' as technology, device_type as technology_name,
        event_count as use_count, last_event_at as last_used_at
    from customer_days

    union all

    select
        customer_id, 'browser' as technology, browser as technology_name,
        event_count as use_count, last_event_at as last_used_at
    from customer_days

    union all

    select
        customer_id, 'origin' as technology, coalesce(utm_source, 'direct') as technology_name,
        1 as use_count, started_at as last_used_at
    from sessions
)

select
    customer_id,
    technology,
    technology_name,
    sum(use_count) as use_count_last_90_days,
    sum(sum(use_count)) over (partition by customer_id, technology)
        as technology_use_count_last_90_days,
    row_number() over (
        partition by customer_id, technology
        order by sum(use_count) desc, technology_name asc
    ) as use_rank,
    max(last_used_at) as last_used_at
from uses
where technology_name is not null
group by customer_id, technology, technology_name
