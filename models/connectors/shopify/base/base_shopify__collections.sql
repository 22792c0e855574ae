{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

collections as (
    select connector, id, title
    from {{ source('shopify', 'collection') }}
    where not coalesce(_fivetran_deleted, false)
    union all
    select connector, id, title
    from {{ source('shopify', 'collections') }}
),

products as (
    select connector, collection_id, product_id
    from {{ source('shopify', 'collection_product') }}
    union all
    select connector, collection_id, product_id
    from {{ source('shopify', 'collects') }}
)

select
    products.connector,
    products.product_id,
    collections.title
from products
inner join collections
    on products.connector = collections.connector and products.collection_id = collections.id
