with

baskets as (
    select * from {{ ref('affinity_baskets') }}
),

items as (
    select * from {{ ref('affinity_items') }}
),

pairs as (
    select * from {{ ref('affinity_pairs') }}
),

distinct_baskets as (
    select is_back_test, basis, item_type, basket_number
    from baskets
    group by is_back_test, basis, item_type, basket_number
),

basket_counts as (
    select
        is_back_test,
        basis,
        item_type,
        count(*) as basket_count
    from distinct_baskets
    group by is_back_test, basis, item_type
)

select
    items.is_back_test,
    items.basis,
    items.item_type,
    items.item,
    other_items.item as other_item,
    pairs.item_key,
    pairs.other_item_key,
    pairs.baskets_with_both,
    items.basket_count as item_basket_count,
    other_items.basket_count as other_item_basket_count,
    basket_counts.basket_count,
    {{ share('pairs.baskets_with_both', 'basket_counts.basket_count') }} as support,
    {{ share('pairs.baskets_with_both', 'items.basket_count') }} as confidence,
    {{ share('pairs.baskets_with_both', 'other_items.basket_count') }} as other_confidence,
    {{ share(
        'pairs.baskets_with_both * basket_counts.basket_count',
        'items.basket_count * other_items.basket_count',
    ) }} as lift,
    {{ share(
        'pairs.baskets_with_both',
        '(items.basket_count + other_items.basket_count - pairs.baskets_with_both)',
    ) }} as jaccard
from pairs
inner join items on pairs.item_key = items.item_key
inner join items as other_items on pairs.other_item_key = other_items.item_key
inner join basket_counts
    on items.is_back_test = basket_counts.is_back_test
    and items.basis = basket_counts.basis
    and items.item_type = basket_counts.item_type
