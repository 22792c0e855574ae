-- Every staged order line and refund belongs to a staged order.
with

orders as (
    select * from {{ ref('stg_orders') }}
),

parts as (
    select 'order_lines' as table_name, source_system, order_id from {{ ref('stg_order_lines') }}
    union all
    select 'refunds' as table_name, source_system, order_id from {{ ref('stg_refunds') }}
)

select
    parts.table_name,
    parts.source_system,
    parts.order_id
from parts
left join orders
    on parts.source_system = orders.source_system
    and parts.order_id = orders.order_id
where orders.order_id is null
