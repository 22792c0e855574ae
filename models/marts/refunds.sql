{{ config(materialized='view') }}

with

refunds as (
    select refunds.*
    from {{ ref('stg_refunds') }} as refunds
    cross join {{ ref('int_as_of') }} as as_of
    where refunds.refunded_at < as_of.as_of
),

orders as (
    select * from {{ ref('int_orders') }}
)

select
    refunds.source_system,
    refunds.refund_id,
    refunds.order_id,
    orders.customer_id,
    {{ money(to_reporting_currency('refunds.amount', 'orders.rate')) }} as refunded_amount,
    refunds.refunded_at,
    {{ shop_date('refunds.refunded_at', var('shop_timezone')) }} as refunded_on
from refunds
inner join orders
    on refunds.source_system = orders.source_system
    and refunds.order_id = orders.order_id
