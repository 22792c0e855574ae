{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

versions as (
    select connector, id, product_id, price, inventory_item_id, updated_at, file_path, place_in_file
    from {{ source('shopify', 'product_variant') }}
    union all
    select connector, id, product_id, price, inventory_item_id, updated_at, file_path, place_in_file
    from {{ source('shopify', 'product_variants') }}
),

variants as (
    select
        *,
        row_number() over (
            partition by connector, id
            order by updated_at desc nulls last, file_path desc, place_in_file desc
        ) as version_number
    from versions
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
where variants.version_number = 1
