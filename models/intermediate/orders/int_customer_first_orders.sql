{%- set order_key = row_struct({
    'source_system': 'orders.source_system', 'order_id': 'orders.order_id'
}) -%}
with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid
),

customers as (
    select * from {{ ref('int_customer_orders') }}
),

order_days as (
    select * from {{ ref('int_customer_order_days') }}
),

first_orders as (
    select
        orders.customer_id,
        min(orders.ordered_on) as ordered_on,
        {{ first_by('orders.net_revenue', 'orders.ordered_at', order_key) }} as net_revenue
    from orders
    inner join customers
        on orders.customer_id = customers.customer_id
        and orders.ordered_at = customers.first_order_at
    group by orders.customer_id
),

-- On a day with two orders the second is of the same day.
second_days as (
    select
        order_days.customer_id,
        min(order_days.ordered_on) as ordered_on
    from order_days
    inner join first_orders on order_days.customer_id = first_orders.customer_id
    where order_days.ordered_on > first_orders.ordered_on or order_days.order_count > 1
    group by order_days.customer_id
)

select
    first_orders.customer_id,
    first_orders.ordered_on as first_ordered_on,
    cast({{ dbt.date_trunc('month', 'first_orders.ordered_on') }} as date) as cohort,
    second_days.ordered_on as second_ordered_on,
    first_orders.net_revenue as first_net_revenue
from first_orders
left join second_days on first_orders.customer_id = second_days.customer_id
