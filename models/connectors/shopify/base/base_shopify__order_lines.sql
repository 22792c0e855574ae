{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

renamed as (
    select distinct connector, order_line_id
    from {{ source('shopify', 'order_line_tax_line') }}
),

-- A loader that has begun to fill the table of the new name leaves the older one behind.
tax_lines as (
    select connector, order_line_id, price, price_set_shop_amount
    from {{ source('shopify', 'order_line_tax_line') }}
    union all
    select older.connector, older.order_line_id, older.price, older.price_set_shop_amount
    from {{ source('shopify', 'tax_line') }} as older
    left join renamed
        on older.connector = renamed.connector
        and older.order_line_id = renamed.order_line_id
    where renamed.order_line_id is null
),

taxes as (
    select
        connector,
        order_line_id,
        sum(coalesce(price, price_set_shop_amount)) as tax_amount
    from tax_lines
    group by connector, order_line_id
),

allocations as (
    select
        connector,
        order_line_id,
        sum(coalesce(amount, allocated_amount_set_shop_amount)) as discount_amount
    from {{ source('shopify', 'discount_allocation') }}
    group by connector, order_line_id
)

select
    lines.connector,
    lines.file_path,
    lines.place_in_file,
    lines.id as line_id,
    lines.order_id,
    lines.index as position,
    lines.product_id,
    lines.quantity,
    coalesce(lines.price * lines.quantity, lines.original_total_set_shop_amount) as amount,
    coalesce(
        allocations.discount_amount, lines.total_discount, lines.total_discount_set_shop_amount, 0
    ) as discount_amount,
    coalesce(taxes.tax_amount, 0) as tax_amount,
    coalesce(lines.gift_card, lines.is_gift_card, false) as is_gift_card,
    coalesce(lines._fivetran_deleted, false) as is_deleted,
    true as is_latest
from {{ source('shopify', 'order_line') }} as lines
left join taxes on lines.connector = taxes.connector and lines.id = taxes.order_line_id
left join allocations
    on lines.connector = allocations.connector and lines.id = allocations.order_line_id

union all

select
    orders.connector,
    orders.file_path,
    orders.place_in_file * 10000 + position as place_in_file,
    line.id as line_id,
    orders.id as order_id,
    position,
    line.product_id,
    line.quantity,
    line.price * line.quantity as amount,
    coalesce(
        {{ sum_of_list('line.discount_allocations', 'amount') }}, line.total_discount, 0
    ) as discount_amount,
    coalesce({{ sum_of_list('line.tax_lines', 'price') }}, 0) as tax_amount,
    coalesce(line.gift_card, false) as is_gift_card,
    false as is_deleted,
    orders.is_latest
from {{ ref('base_shopify__nested_orders') }} as orders
{{ each_of('orders.line_items', 'line') }}
