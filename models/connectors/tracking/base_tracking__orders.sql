{{ config(
    materialized='view',
    enabled=(is_connected('segment') or is_connected('rudderstack')) and var('segment_orders'),
) }}

with

orders as (
    select * from {{ ref('base_tracking__completed_orders') }}
),

merchandise as (
    select
        file_path,
        place_of_order,
        case when count(unit_price) = count(*) then sum(unit_price * quantity) end as amount
    from {{ ref('base_tracking__order_lines') }}
    group by file_path, place_of_order
)

select
    orders.system,
    orders.connector,
    orders.file_path,
    orders.place_in_file,
    {{ sql_text(web_source_system()) }} as source_system,
    orders.order_id,
    orders.user_id as customer_id,
    coalesce(
        orders.email, orders.context_traits_email,
        case when {{ holds_at_sign('orders.user_id') }} then orders.user_id end
    ) as email,
    orders.anonymous_id,
    orders.timestamp as ordered_at,
    'completed' as status,
    orders.currency,
    -- What is told of the order as a whole is what was left after the discount.
    {{ money(
        'coalesce(
        merchandise.amount,
        coalesce(orders.subtotal, orders.revenue) + coalesce(orders.discount, 0),
        orders.total - coalesce(orders.shipping, 0) - coalesce(orders.tax, 0)
        + coalesce(orders.discount, 0)
    )'
    ) }} as subtotal_amount,
    {{ money('orders.discount') }} as discount_amount,
    {{ money('orders.shipping') }} as shipping_amount,
    {{ money('orders.tax') }} as tax_amount,
    orders.coupon as coupon_code,
    orders.payment_method,
    {{ nothing_for(['delivery_method', 'country_code', 'region', 'city', 'postal_code']) }},
    cast(null as boolean) as is_test,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when orders.order_id is not null and orders.completion_number > 1 then 'repeat of a purchase'
    end as left_out
from orders
left join merchandise
    on orders.file_path = merchandise.file_path and orders.place_in_file = merchandise.place_of_order
