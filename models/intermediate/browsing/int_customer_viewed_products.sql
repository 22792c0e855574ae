{{ config(materialized='view') }}

with

product_days as (
    select * from {{ ref('int_customer_product_days') }}
),

products as (
    select * from {{ ref('stg_products') }}
)

select
    product_days.customer_id,
    product_days.source_system,
    product_days.product_id,
    product_days.viewed_on,
    products.brand,
    products.category,
    product_days.view_count,
    product_days.last_viewed_at
from product_days
inner join products
    on product_days.source_system = products.source_system
    and product_days.product_id = products.product_id
