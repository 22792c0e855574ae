{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

fivetran_codes as (
    select
        connector,
        order_id,
        min(code) as coupon_code
    from {{ source('shopify', 'order_discount_code') }}
    group by connector, order_id
),

fivetran_shipping as (
    select
        connector,
        order_id,
        min(title) as delivery_method
    from {{ source('shopify', 'order_shipping_line') }}
    group by connector, order_id
),

fivetran_payments as (
    select
        connector,
        order_id,
        min(gateway) as payment_method
    from {{ source('shopify', 'transaction') }}
    where lower(kind) in ('sale', 'authorization', 'capture') and lower(status) = 'success'
    group by connector, order_id
)

select
    orders.connector,
    orders.file_path,
    orders.place_in_file,
    orders.id as order_id,
    orders.customer_id,
    orders.email,
    coalesce(orders.processed_at, orders.created_at) as ordered_at,
    orders.updated_at,
    orders.cancelled_at is not null as is_cancelled,
    lower(coalesce(orders.financial_status, orders.display_financial_status)) as financial_status,
    coalesce(orders.currency, orders.currency_code) as currency,
    coalesce(orders.taxes_included, false) as taxes_included,
    orders.test as is_test,
    coalesce(orders.total_tax, orders.total_tax_set_shop_amount) as tax_amount,
    coalesce(
        orders.total_shipping_price_set.shop_money.amount,
        orders.total_shipping_price_set_shop_amount
    ) as shipping_amount,
    coalesce(
        orders.shipping_address_country_code, orders.billing_address_country_code
    ) as country_code,
    coalesce(orders.shipping_address_province, orders.billing_address_province) as region,
    coalesce(orders.shipping_address_city, orders.billing_address_city) as city,
    coalesce(orders.shipping_address_zip, orders.billing_address_zip) as postal_code,
    codes.coupon_code,
    payments.payment_method,
    shipping.delivery_method,
    coalesce(orders._fivetran_deleted, false) as is_deleted
from {{ source('shopify', 'order') }} as orders
left join fivetran_codes as codes
    on orders.connector = codes.connector and orders.id = codes.order_id
left join fivetran_shipping as shipping
    on orders.connector = shipping.connector and orders.id = shipping.order_id
left join fivetran_payments as payments
    on orders.connector = payments.connector and orders.id = payments.order_id

union all

select
    connector,
    file_path,
    place_in_file,
    id as order_id,
    customer.id as customer_id,
    email,
    coalesce(processed_at, created_at) as ordered_at,
    updated_at,
    cancelled_at is not null as is_cancelled,
    lower(financial_status) as financial_status,
    currency,
    coalesce(taxes_included, false) as taxes_included,
    test as is_test,
    total_tax as tax_amount,
    total_shipping_price_set.shop_money.amount as shipping_amount,
    coalesce(shipping_address.country_code, billing_address.country_code) as country_code,
    coalesce(shipping_address.province, billing_address.province) as region,
    coalesce(shipping_address.city, billing_address.city) as city,
    coalesce(shipping_address.zip, billing_address.zip) as postal_code,
    {{ least_of_list('discount_codes', 'code') }} as coupon_code,
    {{ least_of_list('payment_gateway_names') }} as payment_method,
    {{ least_of_list('shipping_lines', 'title') }} as delivery_method,
    deleted_at is not null as is_deleted
from {{ ref('base_shopify__nested_orders') }}
