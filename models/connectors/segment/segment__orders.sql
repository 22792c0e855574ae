{{ config(enabled=is_connected('segment') and var('segment_orders')) }}

with

orders as (
    select * from {{ ref('base_tracking__orders') }}
    where system = 'segment'
)

select
    connector,
    file_path,
    place_in_file,
    source_system,
    order_id,
    customer_id,
    email,
    anonymous_id,
    ordered_at,
    status,
    currency,
    subtotal_amount,
    discount_amount,
    shipping_amount,
    tax_amount,
    coupon_code,
    payment_method,
    delivery_method,
    country_code,
    region,
    city,
    postal_code,
    is_test,
    updated_at,
    left_out
from orders
