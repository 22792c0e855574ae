{{ config(materialized='view', enabled=is_connected('woocommerce')) }}

with

facts as (
    {{ facts_of(
        source('woocommerce', 'woocommerce_order_itemmeta'), 'order_item_id',
        ['_product_id', '_qty', '_line_subtotal', '_line_total'],
    ) }}
),

items as (
    select
        *,
        row_number() over (
            partition by connector, order_item_id order by file_path desc, place_in_file desc
        ) as copy_number
    from {{ source('woocommerce', 'woocommerce_order_items') }}
)

select
    items.connector,
    items.file_path,
    items.place_in_file,
    items.order_item_id as item_id,
    items.order_id,
    items.order_item_type as item_type,
    items.order_item_name as item_name,
    items.copy_number,
    nullif(facts.product_id, '0') as product_id,
    {{ read_decimal('facts.qty', 'decimal(18, 6)') }} as quantity,
    {{ read_decimal('facts.line_subtotal', 'decimal(18, 6)') }} as subtotal_amount,
    {{ read_decimal('facts.line_total', 'decimal(18, 6)') }} as total_amount
from items
left join facts
    on items.connector = facts.connector and items.order_item_id = facts.order_item_id
