with

carts as (
    select
        *,
        case when visitor_type = 'anonymous_id' then visitor_id end as anonymous_id,
        ended_at + interval '{{ var("cart_completion_hours") }}' hour as waits_until
    from {{ ref('int_visits') }}
    where has_cart
),

purchase_moments as (
    select * from {{ ref('int_purchase_moments') }}
)

select
    carts.visit_number,
    carts.customer_id,
    count(by_customer.purchased_at) = 0 and count(by_visitor.purchased_at) = 0 as is_abandoned
from carts
left join purchase_moments as by_customer
    on carts.customer_id = by_customer.customer_id
    and by_customer.purchased_at between carts.started_at and carts.waits_until
left join purchase_moments as by_visitor
    on carts.source_system = by_visitor.source_system
    and carts.anonymous_id = by_visitor.anonymous_id
    and by_visitor.purchased_at between carts.started_at and carts.waits_until
group by carts.visit_number, carts.customer_id
