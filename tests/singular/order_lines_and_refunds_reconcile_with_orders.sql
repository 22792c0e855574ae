-- Every staged line of an order in `orders` stands once; the refunds of each add up to the cent.
with

orders as (
    select * from {{ ref('orders') }}
),

staged_lines as (
    select source_system, order_id, count(*) as line_count
    from {{ ref('stg_order_lines') }}
    group by source_system, order_id
),

order_lines as (
    select source_system, order_id, count(*) as line_count
    from {{ ref('order_lines') }}
    group by source_system, order_id
),

refunds as (
    select source_system, order_id, sum(refunded_amount) as refunded_amount
    from {{ ref('refunds') }}
    group by source_system, order_id
)

select
    orders.source_system,
    orders.order_id,
    staged_lines.line_count as staged_line_count,
    order_lines.line_count,
    orders.refunded_amount,
    refunds.refunded_amount as refunded_amount_of_refunds
from orders
left join staged_lines
    on orders.source_system = staged_lines.source_system
    and orders.order_id = staged_lines.order_id
left join order_lines
    on orders.source_system = order_lines.source_system
    and orders.order_id = order_lines.order_id
left join refunds
    on orders.source_system = refunds.source_system
    and orders.order_id = refunds.order_id
where
    coalesce(staged_lines.line_count, 0) <> coalesce(order_lines.line_count, 0)
    or orders.refunded_amount <> coalesce(refunds.refunded_amount, 0)
