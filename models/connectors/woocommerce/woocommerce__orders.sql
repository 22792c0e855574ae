{{ config(enabled=is_connected('woocommerce')) }}

with

orders as (
    select * from {{ ref('base_woocommerce__orders') }}
),

items as (
    select
        connector,
        order_id,
        sum(case when item_type = 'line_item' then subtotal_amount end) as subtotal_amount,
        sum(case when item_type = 'line_item' then total_amount end) as total_amount,
        min(case when item_type = 'coupon' then item_name end) as coupon_code,
        min(case when item_type = 'shipping' then item_name end) as delivery_method
    from {{ ref('base_woocommerce__items') }}
    where copy_number = 1
    group by connector, order_id
)

select
    orders.connector,
    orders.file_path,
    orders.place_in_file,
    orders.connector as source_system,
    orders.order_id,
    -- 0 is a guest.
    nullif(orders.customer_id, '0') as customer_id,
    orders.email,
    cast(null as {{ dbt.type_string() }}) as anonymous_id,
    orders.created_at as ordered_at,
    case
        {%- for own_status, status in var('woocommerce_statuses').items() %}
        when orders.order_status = {{ sql_text(own_status) }} then '{{ status }}'
        {%- endfor %}
        else orders.order_status
    end as status,
    orders.currency,
    {{ money('coalesce(items.subtotal_amount, 0)') }} as subtotal_amount,
    {{ money('greatest(coalesce(items.subtotal_amount - items.total_amount, 0), 0)') }}
        as discount_amount,
    {{ money('orders.shipping_amount') }} as shipping_amount,
    {{ money('orders.tax_amount') }} as tax_amount,
    items.coupon_code,
    orders.payment_method,
    items.delivery_method,
    orders.country_code,
    orders.region,
    orders.city,
    orders.postal_code,
    cast(null as boolean) as is_test,
    orders.updated_at,
    case
        when orders.version_number > 1 then orders.left_out
        when orders.order_type = 'shop_order_refund' then 'a refund is no order'
        when orders.order_type <> 'shop_order' then 'a ' || orders.order_type || ' is no order'
        else orders.left_out
    end as left_out
from orders
left join items on orders.connector = items.connector and orders.order_id = items.order_id
