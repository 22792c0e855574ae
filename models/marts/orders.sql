{{ config(materialized='view') }}

select
    orders.source_system,
    orders.order_id,
    orders.customer_id,
    orders.status,
    orders.currency,
    orders.coupon_code,
    orders.payment_method,
    orders.delivery_method,
    orders.country_code,
    orders.region,
    orders.city,
    {{ money('orders.gross_revenue') }} as gross_revenue,
    {{ money('orders.discount_amount') }} as discount_amount,
    {{ money('orders.refunded_amount') }} as refunded_amount,
    {{ money('orders.net_revenue') }} as net_revenue,
    orders.is_placed,
    orders.is_valid,
    orders.is_discounted,
    orders.is_coupon_order,
    orders.ordered_at,
    orders.ordered_on
from {{ ref('int_orders') }} as orders
