{{ config(enabled=is_connected('shopify')) }}

with

products as (
    select * from {{ ref('base_shopify__products') }}
),

collections as (
    select
        connector,
        product_id,
        min(title) as collection
    from {{ ref('base_shopify__collections') }}
    group by connector, product_id
),

ranked_variants as (
    select
        *,
        row_number() over (
            partition by connector, product_id order by price asc nulls last, variant_id asc
        ) as position
    from {{ ref('base_shopify__variants') }}
)

select
    products.connector,
    products.file_path,
    products.place_in_file,
    products.connector as source_system,
    products.product_id,
    products.title as product_name,
    products.vendor as brand,
    products.product_type as category,
    collections.collection,
    variants.price as unit_price,
    variants.cost as unit_cost,
    {{ shop_date('products.published_at', var('shop_timezone')) }} as launched_on,
    products.updated_at,
    case when products.is_deleted then 'deleted in the shop' end as left_out
from products
left join collections
    on products.connector = collections.connector
    and products.product_id = collections.product_id
left join ranked_variants as variants
    on products.connector = variants.connector
    and products.product_id = variants.product_id
    and variants.position = 1
