{{ config(enabled=is_connected('woocommerce')) }}
-- depends_on: {{ ref('woocommerce__orders') }}

with

orders as (
    select * from {{ ref('base_woocommerce__orders') }}
),

-- What is given back stands there as a negative amount.
items as (
    select
        connector,
        order_id,
        count(*) as item_count,
        -sum(case when item_type = 'line_item' then total_amount end) as amount
    from {{ ref('base_woocommerce__items') }}
    where copy_number = 1
    group by connector, order_id
)

select
    refunds.connector,
    refunds.file_path,
    refunds.place_in_file,
    refunds.connector as source_system,
    refunds.order_id as refund_id,
    refunds.parent_id as order_id,
    refunds.created_at as refunded_at,
    {{ money('coalesce(items.amount, 0)') }} as amount,
    refunds.updated_at,
    case
        when refunds.left_out is not null then refunds.left_out
        when coalesce(refunds.parent_id, '0') = '0' or parents.order_type <> 'shop_order'
            then 'a refund of no order'
        when parents.left_out is not null then 'its order: ' || parents.left_out
        when items.item_count is null then 'an amount of which nobody knows what was refunded'
        when {{ money('coalesce(items.amount, 0)') }} <= 0
            then 'nothing of merchandise was refunded'
    end as left_out
from orders as refunds
left join orders as parents
    on refunds.connector = parents.connector
    and refunds.parent_id = parents.order_id
    and parents.version_number = 1
left join items on refunds.connector = items.connector and refunds.order_id = items.order_id
where refunds.order_type = 'shop_order_refund'
