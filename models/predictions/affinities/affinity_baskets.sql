with

order_lines as (
    select * from {{ ref('affinity_lines') }}
),

moments as (
    select * from {{ ref('affinity_moments') }}
),

recent_lines as (
    select
        order_lines.*,
        moments.is_back_test
    from order_lines
    -- Bound: two moments.
    cross join moments
    where
        order_lines.ordered_on > moments.last_ordered_on - 365
        and order_lines.ordered_on <= moments.last_ordered_on
),

-- Of categories only those of the day: recommendations, which are put to the test, are products.
basket_items as (
    select
        is_back_test,
        'order' as basis,
        'product' as item_type,
        order_number as basket_number,
        product_number as item_number
    from recent_lines
    where product_number is not null
    group by is_back_test, order_number, product_number

    union all

    select
        is_back_test,
        'customer' as basis,
        'product' as item_type,
        customer_number as basket_number,
        product_number as item_number
    from recent_lines
    where product_number is not null and customer_number is not null
    group by is_back_test, customer_number, product_number

    union all

    select
        is_back_test,
        'order' as basis,
        'category' as item_type,
        order_number as basket_number,
        category_number as item_number
    from recent_lines
    where category_number is not null and not is_back_test
    group by is_back_test, order_number, category_number

    union all

    select
        is_back_test,
        'customer' as basis,
        'category' as item_type,
        customer_number as basket_number,
        category_number as item_number
    from recent_lines
    where category_number is not null and customer_number is not null and not is_back_test
    group by is_back_test, customer_number, category_number
),

baskets as (
    select is_back_test, basis, item_type, basket_number, count(*) as item_count
    from basket_items
    group by is_back_test, basis, item_type, basket_number
    having count(*) <= {{ var('affinities_max_products_per_basket') }}
)

select
    basket_items.is_back_test,
    basket_items.basis,
    basket_items.item_type,
    basket_items.basket_number,
    basket_items.item_number,
    baskets.item_count
from basket_items
inner join baskets
    on basket_items.is_back_test = baskets.is_back_test
    and basket_items.basis = baskets.basis
    and basket_items.item_type = baskets.item_type
    and basket_items.basket_number = baskets.basket_number
