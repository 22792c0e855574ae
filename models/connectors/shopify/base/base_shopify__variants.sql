{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

variants as (
    select connector, id, product_id, price, inventory_item_id
    from {{ source('shopify', 'product_variant') }}
    union all
    select connector, id, product_id, price, inventory_item_id
    from {{ source('shopify', 'product_variants') }}
),

items as (
    select connector, id, coalesce(cost, unit_cost_amount) as cost
    from {{ source('shopify', 'inventory_item') }}
    union all
    select connector, id, cost
    from {{ source('shopify', 'inventory_items') }}
)

select
    variants.connector,
    variants.id as variant_id,
    variants.product_id,
    variants.price,
    items.cost
from variants
left join items
    on variants.connector = items.connector and variants.inventory_item_id = items.id
