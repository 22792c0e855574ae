with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid and customer_id is not null and country_code is not null
),

ranked_orders as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by ordered_at desc, order_id desc, source_system desc
        ) as order_rank
    from orders
)

select
    customer_id,
    country_code,
    region,
    city
from ranked_orders
where order_rank = 1
