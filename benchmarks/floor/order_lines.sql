create table int_valid_order_lines as
select
    '' as source_system,
    order_lines.order_id,
    orders.customer_id,
    order_lines.product_id,
    products.category,
    order_lines.quantity,
    cast(round(order_lines.unit_price * orders.rate, 2) as decimal(18, 2)) as unit_price,
    orders.ordered_on - products.launched_on between 0 and 30 as is_new_arrival,
    orders.ordered_at
from raw.order_lines as order_lines
inner join int_orders as orders on order_lines.order_id = orders.order_id
inner join raw.products as products on order_lines.product_id = products.product_id
where orders.is_valid;

create table int_customer_categories as
with

products as (
    select
        customer_id,
        category,
        product_id,
        sum(quantity) as item_count,
        max(ordered_at) as last_ordered_at
    from int_valid_order_lines
    group by customer_id, category, product_id
)

select
    customer_id,
    category,
    count(*) as product_count,
    sum(item_count) as item_count,
    max(last_ordered_at) as last_ordered_at
from products
group by customer_id, category;

-- A price has the places up to its running count; a percentile lies between two places.
create table int_category_prices as
with

prices as (
    select
        category,
        unit_price,
        sum(count(*)) over (partition by category order by unit_price) as end_place,
        sum(count(*)) over (partition by category) as line_count
    from int_valid_order_lines
    group by category, unit_price
),

percentiles as (
    select
        category,
        any_value(line_count) as line_count,
        any_value(cast(0.9 as decimal(4, 4)) * (line_count - 1)) as high_place,
        any_value(cast(0.5 as decimal(4, 4)) * (line_count - 1)) as median_place,
        min(unit_price) filter (where end_place > floor(0.9 * (line_count - 1))) as high_below,
        min(unit_price) filter (where end_place > ceil(0.9 * (line_count - 1))) as high_above,
        min(unit_price) filter (where end_place > floor(0.5 * (line_count - 1))) as median_below,
        min(unit_price) filter (where end_place > ceil(0.5 * (line_count - 1))) as median_above
    from prices
    group by category
)

select
    category,
    line_count,
    round(high_below + (high_above - high_below) * (high_place - floor(high_place)), 2)
        as high_unit_price,
    round(median_below + (median_above - median_below) * (median_place - floor(median_place)), 2)
        as median_unit_price
from percentiles;

create temp table customer_lines as
with

order_lines as (
    select * from int_valid_order_lines
    where ordered_at >= getvariable('last_365_days_from')
),

category_orders as (
    select
        customer_id,
        category,
        count(distinct order_id) as order_count
    from order_lines
    group by customer_id, category
),

top_categories as (
    select * from category_orders
    qualify row_number() over (
        partition by customer_id order by order_count desc, category
    ) = 1
),

lines as (
    select
        customer_id,
        sum(quantity) as item_count,
        count(distinct product_id) as product_count,
        count(distinct order_id) filter (where is_new_arrival) as new_arrival_order_count
    from order_lines
    group by customer_id
)

select
    lines.*,
    top_categories.category,
    top_categories.order_count as category_order_count
from lines
inner join top_categories on lines.customer_id = top_categories.customer_id;
