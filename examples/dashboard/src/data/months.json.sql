-- One row per month: valid orders and their net revenue, by whom they are from.
with

first_orders as (
    select customer_id, min(ordered_at) as ordered_at
    from orders
    where is_valid
    group by customer_id
)

select
    date_trunc('month', orders.ordered_on) as month,
    case
        when orders.customer_id is null then 'nobody known'
        when orders.ordered_at = first_orders.ordered_at then 'new'
        else 'returning'
    end as source,
    count(*) as order_count,
    sum(orders.net_revenue) as net_revenue
from orders
left join first_orders on orders.customer_id = first_orders.customer_id
where orders.is_valid
group by month, source
order by month, source
