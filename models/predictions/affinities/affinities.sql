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
    pairs.is_back_test,
    pairs.basis,
    pairs.item_type,
    items.item,
    other_items.item as other_item,
    pairs.item_number,
    pairs.other_item_number,
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
inner join items
    on pairs.is_back_test = items.is_back_test
    and pairs.basis = items.basis
    and pairs.item_type = items.item_type
    and pairs.item_number = items.item_number
inner join items as other_items
    on pairs.is_back_test = other_items.is_back_test
    and pairs.basis = other_items.basis
    and pairs.item_type = other_items.item_type
    and pairs.other_item_number = other_items.item_number
inner join basket_counts
    on pairs.is_back_test = basket_counts.is_back_test
    and pairs.basis = basket_counts.basis
    and pairs.item_type = basket_counts.item_type
