{{ config(materialized='view', enabled=is_connected('shopify')) }}

select
    connector,
    refund_id,
    coalesce(amount, amount_set_shop_amount) as amount,
    lower(coalesce(kind, reason)) as kind
from {{ source('shopify', 'order_adjustment') }}

union all

select
    orders.connector,
    refund.id as refund_id,
    adjustment.amount,
    lower(coalesce(adjustment.kind, adjustment.reason)) as kind
from {{ ref('base_shopify__nested_orders') }} as orders
{{ each_of('orders.refunds', 'refund') }}
{{ each_of('refund.order_adjustments', 'adjustment', 'adjustment_position') }}
where orders.is_latest
