with

order_lines as (
    select * from {{ ref('int_valid_order_lines') }}
    where customer_id is not null and category is not null
),

products as (
    select
        customer_id,
        category,
        source_system,
        product_id,
        sum(quantity) as item_count,
        max(ordered_at) as last_ordered_at
    from order_lines
    group by customer_id, category, source_system, product_id
)

select
    customer_id,
    category,
    count(*) as product_count,
    sum(item_count) as item_count,
    max(last_ordered_at) as last_ordered_at
from products
group by customer_id, category
