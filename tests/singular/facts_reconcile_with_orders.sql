{%- set measures = [
    'order_count', 'placed_order_count', 'discounted_order_count', 'full_price_order_count',
    'coupon_order_count', 'gross_revenue', 'discount_amount', 'refunded_amount', 'net_revenue',
] -%}
-- The order facts of each customer are the counts and, to the cent, the sums of their orders.
with

customers as (
    select * from {{ ref('customer_facts') }}
),

order_sums as (
    select
        customer_id,
        count(case when is_valid then 1 end) as order_count,
        count(case when is_placed then 1 end) as placed_order_count,
        count(case when is_valid and is_discounted then 1 end) as discounted_order_count,
        count(case when is_valid and not is_discounted then 1 end) as full_price_order_count,
        count(case when is_valid and is_coupon_order then 1 end) as coupon_order_count,
        sum(case when is_valid then gross_revenue else 0 end) as gross_revenue,
        sum(case when is_valid then discount_amount else 0 end) as discount_amount,
        sum(case when is_valid then refunded_amount else 0 end) as refunded_amount,
        sum(case when is_valid then net_revenue else 0 end) as net_revenue
    from {{ ref('orders') }}
    where customer_id is not null
    group by customer_id
)

select
    {%- for measure in measures %}
    customers.{{ measure }},
    order_sums.{{ measure }} as {{ measure }}_of_orders,
    {%- endfor %}
    coalesce(customers.customer_id, order_sums.customer_id) as customer_id
from customers
full outer join order_sums on customers.customer_id = order_sums.customer_id
where
    customers.customer_id is null
    or customers.net_revenue
    <> customers.gross_revenue - customers.discount_amount - customers.refunded_amount
    {%- for measure in measures %}
    or customers.{{ measure }} is null
    or customers.{{ measure }} <> coalesce(order_sums.{{ measure }}, 0)
    {%- endfor %}
