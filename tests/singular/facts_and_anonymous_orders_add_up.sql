-- What the customers bought and what nobody is known to have bought is all that the shop sold.
with

customers as (
    select
        sum(order_count) as order_count,
        sum(gross_revenue) as gross_revenue,
        sum(net_revenue) as net_revenue
    from {{ ref('customer_facts') }}
),

shop as (
    select
        count(*) as order_count,
        count(case when customer_id is null then 1 end) as anonymous_order_count,
        sum(gross_revenue) as gross_revenue,
        sum(case when customer_id is null then gross_revenue else 0 end)
            as anonymous_gross_revenue,
        sum(net_revenue) as net_revenue,
        sum(case when customer_id is null then net_revenue else 0 end) as anonymous_net_revenue
    from {{ ref('orders') }}
    where is_valid
)

select
    customers.order_count,
    customers.gross_revenue,
    customers.net_revenue,
    shop.order_count as shop_order_count,
    shop.anonymous_order_count,
    shop.gross_revenue as shop_gross_revenue,
    shop.anonymous_gross_revenue,
    shop.net_revenue as shop_net_revenue,
    shop.anonymous_net_revenue
from customers
cross join shop
where
    coalesce(customers.order_count, 0) + shop.anonymous_order_count <> shop.order_count
    or coalesce(customers.gross_revenue, 0) + shop.anonymous_gross_revenue <> shop.gross_revenue
    or coalesce(customers.net_revenue, 0) + shop.anonymous_net_revenue <> shop.net_revenue
