{{ config(
    materialized='view',
    enabled=(is_connected('segment') or is_connected('rudderstack')) and var('segment_orders'),
) }}

with

orders as (
    select * from {{ ref('base_tracking__completed_orders') }}
),

goods as (
    select
        file_path,
        place_of_order,
        case when count(unit_price) = count(*) then sum(unit_price * quantity) end as amount
    from {{ ref('base_tracking__order_lines') }}
    group by file_path, place_of_order
),

amounts as (
    select
        orders.*,
        -- What is told of the order as a whole is what was left after the discount.
        coalesce(
            goods.amount,
            orders.subtotal + coalesce(orders.discount, 0),
            orders.revenue + coalesce(orders.discount, 0),
            orders.total - coalesce(orders.shipping, 0) - coalesce(orders.tax, 0)
            + coalesce(orders.discount, 0)
        ) as subtotal_amount
    from orders
    left join goods
        on orders.file_path = goods.file_path and orders.place_in_file = goods.place_of_order
)

select
    system,
    connector,
    file_path,
    place_in_file,
    {{ sql_text(web_source_system()) }} as source_system,
    order_id,
    user_id as customer_id,
    coalesce(
        email, context_traits_email,
        case when {{ holds_at_sign('user_id') }} then user_id end
    ) as email,
    anonymous_id,
    timestamp as ordered_at,
    'completed' as status,
    currency,
    {{ money('subtotal_amount') }} as subtotal_amount,
    {{ money('discount') }} as discount_amount,
    {{ money('shipping') }} as shipping_amount,
    {{ money('tax') }} as tax_amount,
    coupon as coupon_code,
    payment_method,
    {{ nothing_for(['delivery_method', 'country_code', 'region', 'city', 'postal_code']) }},
    cast(null as boolean) as is_test,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when order_id is not null and completion_number > 1 then 'repeat of a purchase'
    end as left_out
from amounts
