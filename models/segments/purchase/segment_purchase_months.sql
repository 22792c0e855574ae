with

customers as (
    select * from {{ ref('order_facts') }}
),

order_days as (
    select * from {{ ref('int_customer_order_days') }}
)

select
    customers.customer_id,
    'purchase_months' as segment,
    order_days.ordered_month as segment_value,
    customers.as_of_date,
    max(order_days.last_ordered_at) as evidence_at,
    {{ counted('sum(order_days.order_count)', 'order') }} || ' in '
    || order_days.ordered_month as reason
from customers
inner join order_days on customers.customer_id = order_days.customer_id
group by customers.customer_id, customers.as_of_date, order_days.ordered_month
