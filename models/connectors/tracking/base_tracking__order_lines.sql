{{ config(
    materialized='view',
    enabled=(is_connected('segment') or is_connected('rudderstack')) and var('segment_orders'),
) }}

with

orders as (
    select * from {{ ref('base_tracking__completed_orders') }}
),

lines as (
    select
        orders.*,
        product,
        position
    from orders
    {{ each_of('orders.products', 'product') }}
)

select
    system,
    connector,
    file_path,
    place_in_file * 10000 + position as place_in_file,
    place_in_file as place_of_order,
    {{ sql_text(web_source_system()) }} as source_system,
    order_id,
    position as line_number,
    coalesce(lines.product.product_id, lines.product.sku) as product_id,
    cast(coalesce(lines.product.quantity, 1) as {{ dbt.type_int() }}) as quantity,
    {{ money('lines.product.price') }} as unit_price,
    cast(null as decimal(18, 2)) as discount_amount,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when order_id is not null and completion_number > 1 then 'repeat of a purchase'
    end as left_out
from lines
