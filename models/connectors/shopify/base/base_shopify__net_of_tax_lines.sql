{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

lines as (
    select
        lines.*,
        orders.taxes_included,
        coalesce(orders.is_deleted, false) as is_of_deleted_order,
        lines.amount - lines.discount_amount as paid_amount
    from {{ ref('base_shopify__order_lines') }} as lines
    left join {{ ref('base_shopify__latest_orders') }} as orders
        on lines.connector = orders.connector and lines.order_id = orders.order_id
),

-- Of a price that includes tax, what is left of it without; all of it where nothing was paid.
shares as (
    select
        *,
        case
            when taxes_included and paid_amount > 0
                then 1 - cast(tax_amount as {{ type_double() }}) / paid_amount
            else 1
        end as net_share
    from lines
)

select
    *,
    amount * net_share as net_of_tax_amount,
    discount_amount * net_share as net_of_tax_discount
from shares
