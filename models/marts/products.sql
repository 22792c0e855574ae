{{ config(materialized='view') }}

select
    products.source_system,
    products.product_id,
    products.product_name,
    products.brand,
    products.category,
    products.collection,
    products.unit_price,
    products.unit_cost,
    products.launched_on
from {{ ref('stg_products') }} as products
