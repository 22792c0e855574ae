{{ config(materialized='view', enabled=is_connected('shopify_csv')) }}

with

rows_of_products as (
    select
        *,
        coalesce(handle, url_handle, title) as product_handle,
        ltrim(coalesce(variant_sku, sku), '''') as variant_code,
        coalesce(variant_price, price) as variant_list_price
    from {{ source('shopify_csv', 'products_export') }}
),

-- What is said of a product stands in its first row alone.
filled as (
    select
        *,
        min(title) over (partition by connector, file_path, product_handle) as product_title,
        min(vendor) over (partition by connector, file_path, product_handle) as brand,
        min(type) over (partition by connector, file_path, product_handle) as category,
        max(case when gift_card then 1 else 0 end) over (
            partition by connector, file_path, product_handle
        ) = 1 as is_gift_card
    from rows_of_products
),

-- As lines of orders write it.
named as (
    select
        *,
        product_title
        || case when option1_value <> 'Default Title' then ' - ' || option1_value else '' end
        || coalesce(' / ' || option2_value, '')
        || coalesce(' / ' || option3_value, '') as variant_name
    from filled
)

select
    connector,
    file_path,
    place_in_file,
    coalesce(variant_code, variant_name, product_title) as product_id,
    coalesce(variant_name, product_title) as product_name,
    brand,
    category,
    variant_list_price as unit_price,
    cost_per_item as unit_cost,
    is_gift_card,
    variant_code is null and variant_list_price is null and option1_value is null as is_picture
from named
