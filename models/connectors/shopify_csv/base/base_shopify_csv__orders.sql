{{ config(materialized='view', enabled=is_connected('shopify_csv')) }}

with

-- The first of an order's rows holds what is said of the order, the others its further lines alone.
export_rows as (
    select
        *,
        row_number() over (
            partition by connector, file_path, name
            order by case when currency is null then 1 else 0 end, place_in_file
        ) as row_number_in_order,
        max(file_path) over (partition by connector, name, created_at) as last_file_path
    from {{ source('shopify_csv', 'orders_export') }}
),

lines as (
    select
        connector,
        file_path,
        order_name,
        sum(case when not is_gift_card then amount end) as amount,
        sum(case when not is_gift_card then discount_amount end) as discount_amount,
        sum(case when not is_taxable then amount - discount_amount end) as untaxed_amount
    from {{ ref('base_shopify_csv__order_lines') }}
    group by connector, file_path, order_name
),

orders as (
    select
        export_rows.*,
        coalesce(lines.amount, 0) as line_amount,
        coalesce(lines.discount_amount, 0) as line_discount,
        export_rows.total - coalesce(lines.untaxed_amount, 0) as taxed_total
    from export_rows
    left join lines
        on export_rows.connector = lines.connector
        and export_rows.file_path = lines.file_path
        and export_rows.name = lines.order_name
)

select
    connector,
    file_path,
    place_in_file,
    name as order_name,
    coalesce(ltrim(id, ''''), name) as order_id,
    email,
    created_at as ordered_at,
    cancelled_at is not null as is_cancelled,
    lower(financial_status) as financial_status,
    currency,
    line_amount as amount,
    -- The order's own discount holds those of its lines.
    greatest(line_discount, coalesce(discount_amount, 0)) as discount_amount,
    shipping as shipping_amount,
    taxes as tax_amount,
    coalesce(refunded_amount, 0) as refunded_amount,
    -- What of the amounts is left without tax: all, unless the total has no room for taxes beside
    -- goods and shipping, so that they are within.
    case
        when taxes > 0 and total = subtotal + coalesce(shipping, 0) and taxed_total > taxes
            then 1 - cast(taxes as {{ type_double() }}) / taxed_total
        else 1
    end as net_share,
    discount_code as coupon_code,
    payment_method,
    shipping_method as delivery_method,
    coalesce(shipping_country, billing_country) as country_code,
    coalesce(
        shipping_province_name, shipping_province, billing_province_name, billing_province
    ) as region,
    coalesce(shipping_city, billing_city) as city,
    ltrim(coalesce(shipping_zip, billing_zip), '''') as postal_code,
    row_number_in_order = 1 as is_first_row,
    file_path = last_file_path as is_in_last_file
from orders
