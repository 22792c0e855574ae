{{ config(materialized='view') }}

with

orders as (
    select
        orders.*,
        -- Without a person and a visitor an order is all that is known of its buyer.
        case when orders.anonymous_id is null then orders.order_id end as lone_order_id
    from {{ ref('int_orders') }} as orders
    cross join {{ ref('int_as_of') }} as as_of
    where
        orders.is_valid
        and orders.ordered_at >= as_of.last_90_days_from
),

order_categories as (
    select
        source_system,
        order_id,
        category
    from {{ ref('int_valid_order_lines') }}
    where category is not null
    group by source_system, order_id, category
)

select
    'shop' as dimension,
    '' as dimension_value,
    customer_id,
    source_system,
    anonymous_id,
    lone_order_id
from orders

union all

select
    'country' as dimension,
    coalesce(country_code, 'unknown') as dimension_value,
    customer_id,
    source_system,
    anonymous_id,
    lone_order_id
from orders

union all

select
    'category' as dimension,
    order_categories.category as dimension_value,
    orders.customer_id,
    orders.source_system,
    orders.anonymous_id,
    orders.lone_order_id
from orders
inner join order_categories
    on orders.source_system = order_categories.source_system
    and orders.order_id = order_categories.order_id
