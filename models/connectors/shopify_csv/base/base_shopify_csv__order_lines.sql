{{ config(materialized='view', enabled=is_connected('shopify_csv')) }}

with

lines as (
    select
        connector,
        file_path,
        place_in_file,
        name as order_name,
        row_number() over (
            partition by connector, file_path, name order by place_in_file
        ) as line_number,
        coalesce(ltrim(lineitem_sku, ''''), lineitem_name) as product_id,
        lineitem_quantity as quantity,
        lineitem_price * lineitem_quantity as amount,
        coalesce(lineitem_discount, 0) as discount_amount,
        coalesce(lineitem_taxable, true) as is_taxable,
        lineitem_name is null and lineitem_quantity is null as is_without_line
    from {{ source('shopify_csv', 'orders_export') }}
),

gift_cards as (
    select distinct connector, product_id
    from {{ ref('base_shopify_csv__variants') }}
    where is_gift_card
)

select
    lines.*,
    gift_cards.product_id is not null as is_gift_card
from lines
left join gift_cards
    on lines.connector = gift_cards.connector and lines.product_id = gift_cards.product_id
