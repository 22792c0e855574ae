with

carts as (
    select
        sessions.*,
        case when sessions.visitor_type = 'anonymous_id' then sessions.visitor_id end
            as anonymous_id,
        sessions.ended_at + interval '{{ var("cart_completion_hours") }}' hour as waits_until
    from {{ ref('int_sessions') }} as sessions
    cross join {{ ref('int_as_of') }} as as_of
    where
        sessions.add_to_cart_count > 0
        and sessions.started_at >= as_of.last_90_days_from
),

purchase_moments as (
    select * from {{ ref('int_purchase_moments') }}
)

select
    carts.source_system,
    carts.visitor_type,
    carts.visitor_id,
    carts.session_id,
    carts.session_number,
    carts.customer_id,
    carts.started_at,
    count(by_customer.purchased_at) = 0 and count(by_visitor.purchased_at) = 0 as is_abandoned
from carts
left join purchase_moments as by_customer
    on carts.customer_id = by_customer.customer_id
    and by_customer.purchased_at between carts.started_at and carts.waits_until
left join purchase_moments as by_visitor
    on carts.source_system = by_visitor.source_system
    and carts.anonymous_id = by_visitor.anonymous_id
    and by_visitor.purchased_at between carts.started_at and carts.waits_until
group by
    carts.source_system,
    carts.visitor_type,
    carts.visitor_id,
    carts.session_id,
    carts.session_number,
    carts.customer_id,
    carts.started_at
