{{ config(enabled=is_connected('shopify')) }}

with

orders as (
    select * from {{ ref('base_shopify__orders') }}
),

merchandise as (
    select
        connector,
        order_id,
        sum(net_of_tax_amount) as subtotal_amount,
        sum(net_of_tax_discount) as discount_amount
    from {{ ref('base_shopify__net_of_tax_lines') }}
    where not is_gift_card and not is_deleted and is_latest
    group by connector, order_id
)

select
    orders.connector,
    orders.file_path,
    orders.place_in_file,
    orders.connector as source_system,
    orders.order_id,
    orders.customer_id,
    orders.email,
    cast(null as {{ dbt.type_string() }}) as anonymous_id,
    orders.ordered_at,
    case
        when orders.is_cancelled or orders.financial_status in ('voided', 'expired')
            then 'cancelled'
        when orders.financial_status in ('pending', 'authorized') then 'pending'
        else 'completed'
    end as status,
    orders.currency,
    {{ money('coalesce(merchandise.subtotal_amount, 0)') }} as subtotal_amount,
    {{ money('coalesce(merchandise.discount_amount, 0)') }} as discount_amount,
    orders.shipping_amount,
    orders.tax_amount,
    orders.coupon_code,
    orders.payment_method,
    orders.delivery_method,
    orders.country_code,
    orders.region,
    orders.city,
    orders.postal_code,
    orders.is_test,
    orders.updated_at,
    case when orders.is_deleted then 'deleted in the shop' end as left_out
from orders
left join merchandise
    on orders.connector = merchandise.connector and orders.order_id = merchandise.order_id
