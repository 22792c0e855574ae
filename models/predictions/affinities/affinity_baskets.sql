with

order_lines as (
    select
        *,
        {{ written_id('source_system', 'product_id') }} as written_product_id
    from {{ ref('int_valid_order_lines') }}
    where {{ var('predictions') }}
),

moments as (
    select * from {{ ref('affinity_moments') }}
),

recent_lines as (
    select
        moments.is_back_test,
        order_lines.*
    from order_lines
    -- Bound: two moments.
    cross join moments
    where
        order_lines.ordered_on <= moments.last_ordered_on
        and order_lines.ordered_on > moments.last_ordered_on - 365
),

items as (
    select is_back_test, source_system, order_id, customer_id,
        'product' as item_type,
        written_product_id as item
    from recent_lines
    where written_product_id is not null

    union all

    -- Only recommendations of products are put to the test.
    select is_back_test, source_system, order_id, customer_id,
        'category' as item_type,
        category as item
    from recent_lines
    where category is not null and not is_back_test
),

basket_items as (
    select is_back_test, item_type, item,
        'order' as basis,
        source_system,
        order_id as basket_id
    from items
    group by is_back_test, item_type, item, source_system, order_id

    union all

    select is_back_test, item_type, item,
        'customer' as basis,
        '' as source_system,
        customer_id as basket_id
    from items
    where customer_id is not null
    group by is_back_test, item_type, item, customer_id
),

baskets as (
    select
        is_back_test,
        basis,
        item_type,
        source_system,
        basket_id,
        count(*) as item_count
    from basket_items
    group by is_back_test, basis, item_type, source_system, basket_id
    having count(*) <= {{ var('affinities_max_products_per_basket') }}
)

select
    basket_items.is_back_test,
    basket_items.basis,
    basket_items.item_type,
    basket_items.source_system,
    basket_items.basket_id,
    basket_items.item,
    baskets.item_count
from basket_items
inner join baskets
    on basket_items.is_back_test = baskets.is_back_test
    and basket_items.basis = baskets.basis
    and basket_items.item_type = baskets.item_type
    and basket_items.source_system = baskets.source_system
    and basket_items.basket_id = baskets.basket_id
