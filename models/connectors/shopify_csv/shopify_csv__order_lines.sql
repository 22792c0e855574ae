{{ config(enabled=is_connected('shopify_csv')) }}
-- depends_on: {{ ref('shopify_csv__orders') }}

with

lines as (
    select * from {{ ref('base_shopify_csv__order_lines') }}
),

orders as (
    select * from {{ ref('base_shopify_csv__orders') }}
    where is_first_row
),

lines_of_orders as (
    select
        lines.*,
        orders.order_id,
        orders.is_in_last_file,
        case when lines.is_taxable then orders.net_share else 1 end as net_share
    from lines
    left join orders
        on lines.connector = orders.connector
        and lines.file_path = orders.file_path
        and lines.order_name = orders.order_name
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    order_id,
    line_number,
    product_id,
    cast(quantity as {{ dbt.type_int() }}) as quantity,
    {{ money('amount * net_share / nullif(quantity, 0)') }} as unit_price,
    {{ money('discount_amount * net_share') }} as discount_amount,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when not is_in_last_file then 'a later file holds the order'
        when is_without_line then 'a row without a line'
        when is_gift_card then 'a gift card is no merchandise'
    end as left_out
from lines_of_orders
