{{ config(enabled=is_connected('shopify')) }}
-- depends_on: {{ ref('shopify__orders') }}

with

lines as (
    select * from {{ ref('base_shopify__net_of_tax_lines') }}
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    order_id,
    row_number() over (
        partition by connector, order_id, is_latest
        order by position asc nulls last, line_id asc, file_path asc, place_in_file asc
    ) as line_number,
    product_id,
    cast(quantity as {{ dbt.type_int() }}) as quantity,
    {{ money('net_of_tax_amount / nullif(quantity, 0)') }} as unit_price,
    {{ money('net_of_tax_discount') }} as discount_amount,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when is_deleted or is_of_deleted_order then 'deleted in the shop'
        when not is_latest then 'an earlier version of the order'
        when is_gift_card then 'a gift card is no merchandise'
    end as left_out
from lines
