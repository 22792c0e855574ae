with

orders as (
    select * from {{ ref('int_orders') }}
    where is_placed and customer_id is not null
)

select
    customer_id,
    count(*) as placed_order_count,
    max(ordered_at) as last_placed_order_at
from orders
group by customer_id
