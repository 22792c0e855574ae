-- Net revenue by month, of first orders and of those that came back; two years at most.
-- key: month, buyers
select
    cast(date_trunc('month', orders.ordered_on) as date) as month,
    case when orders.ordered_at = customers.first_order_at then 'first orders' else 'repeat orders' end as buyers,
    count(*) as order_count,
    sum(orders.net_revenue) as net_revenue
from orders
inner join customer_facts as customers on orders.customer_id = customers.customer_id
where
    orders.is_valid
    and orders.ordered_on >= date_trunc('month', getvariable('as_of_date') - interval 23 month)
group by all
order by month, buyers
