{{ config(materialized='view', enabled=is_connected('woocommerce')) }}

with

-- A product as the latest order has it.
ranked_lines as (
    select
        items.*,
        row_number() over (
            partition by items.connector, items.product_id
            order by
                orders.created_at desc nulls last, length(items.item_id) desc, items.item_id desc
        ) as line_rank
    from {{ ref('base_woocommerce__items') }} as items
    inner join {{ ref('base_woocommerce__orders') }} as orders
        on items.connector = orders.connector
        and items.order_id = orders.order_id
        and orders.order_type = 'shop_order'
        and orders.version_number = 1
    where
        items.item_type = 'line_item'
        and items.copy_number = 1
        and items.product_id is not null
)

select
    connector,
    file_path,
    place_in_file,
    product_id,
    item_name as product_name,
    subtotal_amount / nullif(quantity, 0) as unit_price
from ranked_lines
where line_rank = 1
