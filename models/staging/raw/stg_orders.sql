with

orders as (
    select * from {{ ref('base_orders') }}
    where reject_reason is null
)

select
    source_system,
    order_id,
    customer_id as account_id,
    {{ usable_email('email') }} as email,
    anonymous_id,
    status,
    currency,
    coupon_code,
    payment_method,
    delivery_method,
    country_code,
    region,
    city,
    postal_code,
    subtotal_amount,
    least(coalesce(discount_amount, 0), subtotal_amount) as discount_amount,
    shipping_amount,
    tax_amount,
    coalesce(is_test, false) as is_test,
    ordered_at,
    {{ shop_date('ordered_at', var('shop_timezone')) }} as ordered_on
from orders
