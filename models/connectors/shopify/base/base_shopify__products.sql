{{ config(materialized='view', enabled=is_connected('shopify')) }}

select
    connector,
    file_path,
    place_in_file,
    id as product_id,
    title,
    vendor,
    product_type,
    published_at,
    updated_at,
    coalesce(_fivetran_deleted, false) as is_deleted
from {{ source('shopify', 'product') }}

union all

select
    connector,
    file_path,
    place_in_file,
    id as product_id,
    title,
    vendor,
    product_type,
    published_at,
    updated_at,
    deleted_at is not null as is_deleted
from {{ source('shopify', 'products') }}
