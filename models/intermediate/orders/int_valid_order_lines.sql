with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid
),

order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

products as (
    select * from {{ ref('stg_products') }}
)

select
    orders.source_system,
    orders.order_id,
    order_lines.line_number,
    orders.customer_id,
    order_lines.product_id,
    products.category,
    order_lines.quantity,
    {{ to_reporting_currency('order_lines.unit_price', 'orders.rate') }} as unit_price,
    orders.ordered_on - products.launched_on between 0 and {{ var('new_arrival_days') }}
        as is_new_arrival,
    orders.ordered_at,
    orders.ordered_on
from order_lines
inner join orders
    on order_lines.source_system = orders.source_system
    and order_lines.order_id = orders.order_id
left join products
    on order_lines.source_system = products.source_system
    and order_lines.product_id = products.product_id
