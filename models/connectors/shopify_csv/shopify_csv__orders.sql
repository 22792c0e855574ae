{{ config(enabled=is_connected('shopify_csv')) }}

with

orders as (
    select * from {{ ref('base_shopify_csv__orders') }}
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    order_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    email,
    cast(null as {{ dbt.type_string() }}) as anonymous_id,
    ordered_at,
    case
        when is_cancelled or financial_status in ('voided', 'expired') then 'cancelled'
        when financial_status in ('pending', 'authorized') then 'pending'
        else 'completed'
    end as status,
    currency,
    {{ money('amount * net_share') }} as subtotal_amount,
    {{ money('discount_amount * net_share') }} as discount_amount,
    {{ money('shipping_amount * net_share') }} as shipping_amount,
    {{ money('tax_amount') }} as tax_amount,
    coupon_code,
    payment_method,
    delivery_method,
    country_code,
    region,
    city,
    postal_code,
    cast(null as boolean) as is_test,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when not is_first_row then 'a further line of an order'
        when not is_in_last_file then 'a later file holds the order'
    end as left_out
from orders
