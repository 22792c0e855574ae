with

customers as (
    select * from {{ ref('order_facts') }}
),

order_days as (
    select * from {{ ref('int_customer_order_days') }}
),

sale_calendar as (
    select * from {{ ref('sale_calendar') }}
),

-- A sale may stand in the calendar in several stretches, which may overlap.
sale_days as (
    select
        order_days.customer_id,
        sale_calendar.sale_name,
        order_days.ordered_on,
        max(order_days.order_count) as order_count,
        max(order_days.last_ordered_at) as last_ordered_at
    from order_days
    inner join sale_calendar
        on order_days.ordered_on between sale_calendar.starts_on and sale_calendar.ends_on
    group by order_days.customer_id, sale_calendar.sale_name, order_days.ordered_on
)

select
    customers.customer_id,
    'sale_buyers' as segment,
    sale_days.sale_name as segment_value,
    customers.as_of_date,
    max(sale_days.last_ordered_at) as evidence_at,
    {{ counted('sum(sale_days.order_count)', 'order') }} || ' during ' || sale_days.sale_name
        as reason
from customers
inner join sale_days on customers.customer_id = sale_days.customer_id
group by customers.customer_id, customers.as_of_date, sale_days.sale_name
