{{ config(materialized='view', enabled=is_connected('woocommerce')) }}

with

-- The address that is sent to, else that of the bill.
addresses as (
    select
        *,
        row_number() over (
            partition by connector, order_id
            order by
                case when address_type = 'shipping' then 0 else 1 end,
                file_path desc,
                place_in_file desc
        ) as preference
    from {{ source('woocommerce', 'wc_order_addresses') }}
    where country is not null
),

further_data as (
    select
        *,
        row_number() over (
            partition by connector, order_id order by file_path desc, place_in_file desc
        ) as copy_number
    from {{ source('woocommerce', 'wc_order_operational_data') }}
)

select
    orders.connector,
    orders.file_path,
    orders.place_in_file,
    orders.id as order_id,
    orders.parent_order_id as parent_id,
    orders.type as order_type,
    orders.status,
    orders.currency,
    orders.customer_id,
    orders.billing_email as email,
    orders.date_created_gmt as created_at,
    orders.date_updated_gmt as updated_at,
    orders.payment_method,
    further_data.shipping_total_amount as shipping_amount,
    coalesce(orders.tax_amount, 0) + coalesce(further_data.shipping_tax_amount, 0) as tax_amount,
    addresses.country as country_code,
    addresses.state as region,
    addresses.city,
    addresses.postcode as postal_code
from {{ source('woocommerce', 'wc_orders') }} as orders
left join addresses
    on orders.connector = addresses.connector
    and orders.id = addresses.order_id
    and addresses.preference = 1
left join further_data
    on orders.connector = further_data.connector
    and orders.id = further_data.order_id
    and further_data.copy_number = 1
