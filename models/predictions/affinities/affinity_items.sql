with

order_lines as (
    select * from {{ ref('affinity_lines') }}
),

baskets as (
    select * from {{ ref('affinity_baskets') }}
),

names as (
    select
        'product' as item_type,
        product_number as item_number,
        min(product) as item
    from order_lines
    group by product_number

    union all

    select
        'category' as item_type,
        category_number as item_number,
        min(category) as item
    from order_lines
    group by category_number
),

item_counts as (
    select
        is_back_test,
        basis,
        item_type,
        item_number,
        count(*) as basket_count
    from baskets
    group by is_back_test, basis, item_type, item_number
)

select
    item_counts.is_back_test,
    item_counts.basis,
    item_counts.item_type,
    names.item,
    item_counts.item_number,
    item_counts.basket_count,
    row_number() over (
        order by
            item_counts.is_back_test asc,
            item_counts.basis asc,
            item_counts.item_type asc,
            item_counts.item_number asc
    ) as item_key
from item_counts
inner join names
    on item_counts.item_type = names.item_type
    and item_counts.item_number = names.item_number
