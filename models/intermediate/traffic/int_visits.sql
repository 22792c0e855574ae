with

sessions as (
    select sessions.*
    from {{ ref('int_sessions') }} as sessions
    cross join {{ ref('int_as_of') }} as as_of
    where sessions.started_at >= as_of.last_90_days_from
)

select
    row_number() over (
        order by source_system, visitor_type, visitor_id, session_id, session_number
    ) as visit_number,
    source_system,
    visitor_type,
    visitor_id,
    session_id,
    customer_id,
    coalesce(country_code, 'unknown') as country_code,
    add_to_cart_count > 0 as has_cart,
    started_at,
    ended_at
from sessions
