with

order_lines as (
    select order_lines.*
    from {{ ref('int_valid_order_lines') }} as order_lines
    cross join {{ ref('int_as_of') }} as as_of
    where
        order_lines.customer_id is not null
        and order_lines.ordered_at >= as_of.last_365_days_from
),

products as (
    select
        customer_id,
        source_system,
        product_id
    from order_lines
    where product_id is not null
    group by customer_id, source_system, product_id
),

product_counts as (
    select
        customer_id,
        count(*) as product_count
    from products
    group by customer_id
),

line_sums as (
    select
        customer_id,
        sum(quantity) as item_count,
        count(distinct case when is_new_arrival then {{ order_key('order_lines') }} end)
            as new_arrival_order_count
    from order_lines
    group by customer_id
),

category_orders as (
    select
        customer_id,
        category,
        count(distinct {{ order_key('order_lines') }}) as order_count
    from order_lines
    where category is not null
    group by customer_id, category
),

ranked_categories as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by order_count desc, category asc
        ) as category_rank
    from category_orders
)

select
    line_sums.customer_id,
    line_sums.item_count as item_count_last_365_days,
    line_sums.new_arrival_order_count as new_arrival_order_count_last_365_days,
    coalesce(product_counts.product_count, 0) as products_bought_last_365_days,
    ranked_categories.category as top_category_last_365_days,
    ranked_categories.order_count as top_category_order_count_last_365_days
from line_sums
left join product_counts on line_sums.customer_id = product_counts.customer_id
left join ranked_categories
    on line_sums.customer_id = ranked_categories.customer_id
    and ranked_categories.category_rank = 1
