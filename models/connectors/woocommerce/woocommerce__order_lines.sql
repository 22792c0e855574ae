{{ config(enabled=is_connected('woocommerce')) }}
-- depends_on: {{ ref('woocommerce__orders') }}

with

-- What is sold by weight counts in whole units.
items as (
    select
        *,
        ceiling(quantity) as unit_count,
        item_type = 'line_item' and copy_number = 1 as is_line
    from {{ ref('base_woocommerce__items') }}
),

orders as (
    select * from {{ ref('base_woocommerce__orders') }}
    where version_number = 1
)

select
    items.connector,
    items.file_path,
    items.place_in_file,
    items.connector as source_system,
    items.order_id,
    row_number() over (
        partition by items.connector, items.order_id, items.is_line
        order by length(items.item_id), items.item_id, items.copy_number
    ) as line_number,
    items.product_id,
    cast(items.unit_count as {{ dbt.type_int() }}) as quantity,
    {{ money('items.subtotal_amount / nullif(items.unit_count, 0)') }} as unit_price,
    {{ money('greatest(coalesce(items.subtotal_amount - items.total_amount, 0), 0)') }}
        as discount_amount,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when items.copy_number > 1 then 'another row holds the line'
        when items.item_type <> 'line_item' then 'no merchandise: ' || items.item_type
        when orders.order_type <> 'shop_order' then 'of a ' || orders.order_type
        else orders.left_out
    end as left_out
from items
left join orders on items.connector = orders.connector and items.order_id = orders.order_id
