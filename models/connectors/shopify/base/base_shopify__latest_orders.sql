{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

versions as (
    select
        *,
        row_number() over (
            partition by connector, order_id
            order by updated_at desc nulls last, file_path desc, place_in_file desc
        ) as version_number
    from {{ ref('base_shopify__orders') }}
)

select
    connector,
    order_id,
    taxes_included,
    is_deleted
from versions
where version_number = 1
