{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

renamed as (
    select * from {{ source('shopify', 'refund_line_item') }}
)

select
    connector,
    refund_id,
    order_line_id,
    coalesce(subtotal, subtotal_set_shop_amount) as amount
from renamed

union all

-- A loader that has begun to fill the table of the new name leaves the older one behind.
select
    lines.connector,
    lines.refund_id,
    lines.order_line_id,
    coalesce(lines.subtotal, lines.subtotal_set_shop_amount) as amount
from {{ source('shopify', 'order_line_refund') }} as lines
left join renamed on lines.connector = renamed.connector and lines.id = renamed.id
where renamed.id is null

union all

select
    orders.connector,
    refund.id as refund_id,
    line.line_item_id as order_line_id,
    line.subtotal as amount
from {{ ref('base_shopify__nested_orders') }} as orders
{{ each_of('orders.refunds', 'refund') }}
{{ each_of('refund.refund_line_items', 'line', 'line_position') }}
where orders.is_latest
