with

order_lines as (
    select * from {{ ref('base_order_lines') }}
    where reject_reason is null
)

select
    source_system,
    order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    discount_amount
from order_lines
