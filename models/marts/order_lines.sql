{{ config(materialized='view') }}

with

order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

orders as (
    select * from {{ ref('int_orders') }}
)

select
    order_lines.source_system,
    order_lines.order_id,
    order_lines.line_number,
    orders.customer_id,
    order_lines.product_id,
    order_lines.quantity,
    {{ money(to_reporting_currency('order_lines.unit_price', 'orders.rate')) }} as unit_price,
    {{ money(
        to_reporting_currency('coalesce(order_lines.discount_amount, 0)', 'orders.rate')
    ) }} as discount_amount,
    orders.is_valid,
    orders.ordered_at,
    orders.ordered_on
from order_lines
inner join orders
    on order_lines.source_system = orders.source_system
    and order_lines.order_id = orders.order_id
