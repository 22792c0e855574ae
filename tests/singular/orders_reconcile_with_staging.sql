-- Every visible staged order stands once in `orders`, at its own amounts when no rate is needed.
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

staged_refunds as (
    select
        refunds.source_system,
        refunds.order_id,
        sum(refunds.amount) as amount
    from {{ ref('stg_refunds') }} as refunds
    cross join as_of
    where refunds.refunded_at < as_of.as_of
    group by refunds.source_system, refunds.order_id
),

staged_orders as (
    select
        orders.source_system,
        orders.order_id,
        orders.currency = '{{ var("reporting_currency") }}' as is_comparable,
        orders.subtotal_amount,
        orders.discount_amount,
        coalesce(staged_refunds.amount, 0) as refunded_amount
    from {{ ref('stg_orders') }} as orders
    cross join as_of
    left join staged_refunds
        on orders.source_system = staged_refunds.source_system
        and orders.order_id = staged_refunds.order_id
    where not orders.is_test and orders.ordered_at < as_of.as_of
),

orders as (
    select * from {{ ref('orders') }}
)

select
    staged_orders.source_system as staged_source_system,
    staged_orders.order_id as staged_order_id,
    orders.source_system,
    orders.order_id
from staged_orders
full outer join orders
    on staged_orders.source_system = orders.source_system
    and staged_orders.order_id = orders.order_id
where
    staged_orders.order_id is null
    or orders.order_id is null
    or orders.net_revenue
    <> orders.gross_revenue - orders.discount_amount - orders.refunded_amount
    or (
        staged_orders.is_comparable
        and (
            orders.gross_revenue <> staged_orders.subtotal_amount
            or orders.discount_amount <> staged_orders.discount_amount
            or orders.refunded_amount <> staged_orders.refunded_amount
        )
    )
