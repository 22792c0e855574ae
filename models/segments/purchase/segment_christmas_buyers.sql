with

customers as (
    select * from {{ ref('order_facts') }}
),

order_days as (
    select * from {{ ref('int_customer_order_days') }}
)

select
    customers.customer_id,
    'christmas_buyers' as segment,
    order_days.ordered_year as segment_value,
    customers.as_of_date,
    max(order_days.last_ordered_at) as evidence_at,
    {{ counted('sum(order_days.order_count)', 'order') }} || ' before Christmas '
    || order_days.ordered_year as reason
from customers
inner join order_days on customers.customer_id = order_days.customer_id
where
    extract(month from order_days.ordered_on) = 12
    and extract(day from order_days.ordered_on) <= {{ var('christmas_buyers_last_december_day') }}
group by customers.customer_id, customers.as_of_date, order_days.ordered_year
