{{ config(enabled=is_connected('shopify')) }}
-- depends_on: {{ ref('shopify__orders') }}

with

refunds as (
    select
        refunds.*,
        coalesce(orders.is_deleted, false) as is_of_deleted_order
    from {{ ref('base_shopify__refunds') }} as refunds
    left join {{ ref('base_shopify__latest_orders') }} as orders
        on refunds.connector = orders.connector and refunds.order_id = orders.order_id
),

merchandise as (
    select
        refunded.connector,
        refunded.refund_id,
        sum(refunded.amount * coalesce(lines.net_share, 1)) as amount
    from {{ ref('base_shopify__refund_lines') }} as refunded
    left join {{ ref('base_shopify__net_of_tax_lines') }} as lines
        on refunded.connector = lines.connector
        and refunded.order_line_id = lines.line_id
        and lines.is_latest
    where not coalesce(lines.is_gift_card, false)
    group by refunded.connector, refunded.refund_id
),

-- What was given back beyond the lines, as a negative amount.
discrepancies as (
    select
        connector,
        refund_id,
        sum(amount) as amount
    from {{ ref('base_shopify__refund_adjustments') }}
    where kind = 'refund_discrepancy'
    group by connector, refund_id
),

amounts as (
    select
        refunds.*,
        {{ money('coalesce(merchandise.amount, 0) - coalesce(discrepancies.amount, 0)') }} as amount
    from refunds
    left join merchandise
        on refunds.connector = merchandise.connector and refunds.refund_id = merchandise.refund_id
    left join discrepancies
        on refunds.connector = discrepancies.connector
        and refunds.refund_id = discrepancies.refund_id
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    refund_id,
    order_id,
    refunded_at,
    amount,
    updated_at,
    case
        when is_of_deleted_order then 'deleted in the shop'
        when not is_latest then 'an earlier version of the order'
        when amount <= 0 then 'nothing of merchandise was refunded'
    end as left_out
from amounts
