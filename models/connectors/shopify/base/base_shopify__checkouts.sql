{{ config(materialized='view', enabled=is_connected('shopify')) }}

select
    connector,
    file_path,
    place_in_file,
    id as checkout_id,
    customer_id,
    email,
    created_at,
    completed_at is not null as is_completed,
    coalesce(_fivetran_deleted, false) as is_deleted
from {{ source('shopify', 'abandoned_checkout') }}

union all

select
    connector,
    file_path,
    place_in_file,
    id as checkout_id,
    customer.id as customer_id,
    email,
    created_at,
    completed_at is not null as is_completed,
    false as is_deleted
from {{ source('shopify', 'abandoned_checkouts') }}
