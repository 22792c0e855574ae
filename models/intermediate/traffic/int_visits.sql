with

sessions as (
    select sessions.*
    from {{ ref('int_sessions') }} as sessions
    cross join {{ ref('int_as_of') }} as as_of
    where sessions.started_at >= as_of.last_90_days_from
),

carts as (
    select * from {{ ref('int_carts') }}
)

select
    row_number() over (
        order by
            sessions.source_system,
            sessions.visitor_type,
            sessions.visitor_id,
            sessions.session_id,
            sessions.session_number
    ) as visit_number,
    sessions.source_system,
    sessions.visitor_type,
    sessions.visitor_id,
    sessions.session_id,
    sessions.customer_id,
    coalesce(sessions.country_code, 'unknown') as country_code,
    carts.visitor_id is not null as has_cart,
    coalesce(carts.is_abandoned, false) as has_abandoned_cart,
    sessions.started_at,
    sessions.ended_at
from sessions
left join carts
    on sessions.source_system = carts.source_system
    and sessions.visitor_type = carts.visitor_type
    and sessions.visitor_id = carts.visitor_id
    and {{ is_same('sessions.session_id', 'carts.session_id') }}
    and sessions.session_number = carts.session_number
