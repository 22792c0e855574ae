{{ config(materialized='view', enabled=is_connected('shopify')) }}

select
    connector,
    file_path,
    place_in_file,
    id as refund_id,
    order_id,
    coalesce(processed_at, created_at) as refunded_at,
    updated_at,
    true as is_latest
from {{ source('shopify', 'refund') }}

union all

-- The stream of refunds misses some that their orders hold.
select
    orders.connector,
    orders.file_path,
    orders.place_in_file * 10000 + position as place_in_file,
    refund.id as refund_id,
    orders.id as order_id,
    coalesce(
        {{ read_timestamp('refund.processed_at') }}, {{ read_timestamp('refund.created_at') }}
    ) as refunded_at,
    orders.updated_at,
    orders.is_latest
from {{ ref('base_shopify__nested_orders') }} as orders
{{ each_of('orders.refunds', 'refund') }}
