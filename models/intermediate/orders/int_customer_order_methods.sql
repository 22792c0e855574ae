with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid and customer_id is not null
),

order_methods as (
    select
        customer_id,
        'delivery' as method_type,
        delivery_method as method,
        ordered_at
    from orders
    where delivery_method is not null

    union all

    select
        customer_id,
        'payment' as method_type,
        payment_method as method,
        ordered_at
    from orders
    where payment_method is not null
),

method_counts as (
    select
        customer_id,
        method_type,
        method,
        count(*) as order_count,
        max(ordered_at) as last_order_at
    from order_methods
    group by customer_id, method_type, method
),

ranked_methods as (
    select
        *,
        row_number() over (
            partition by customer_id, method_type
            order by order_count desc, method asc
        ) as method_rank
    from method_counts
)

select
    customer_id,
    method_type,
    method,
    order_count,
    last_order_at
from ranked_methods
where method_rank = 1
