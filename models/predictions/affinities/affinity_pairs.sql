with

baskets as (
    select * from {{ ref('affinity_baskets') }}
    where item_count > 1
),

items as (
    select * from {{ ref('affinity_items') }}
    where basket_count >= {{ var('affinities_min_baskets') }}
),

-- Numbers, because pairs of names would take several times as long to count.
numbered_items as (
    select
        baskets.is_back_test,
        baskets.basis,
        baskets.item_type,
        baskets.source_system,
        baskets.basket_id,
        items.item_number
    from baskets
    inner join items
        on baskets.is_back_test = items.is_back_test
        and baskets.basis = items.basis
        and baskets.item_type = items.item_type
        and baskets.item = items.item
)

select
    numbered_items.is_back_test,
    numbered_items.basis,
    numbered_items.item_type,
    numbered_items.item_number,
    other_items.item_number as other_item_number,
    count(*) as baskets_with_both
from numbered_items
inner join numbered_items as other_items
    on numbered_items.is_back_test = other_items.is_back_test
    and numbered_items.basis = other_items.basis
    and numbered_items.item_type = other_items.item_type
    and numbered_items.source_system = other_items.source_system
    and numbered_items.basket_id = other_items.basket_id
    and numbered_items.item_number < other_items.item_number
group by
    numbered_items.is_back_test,
    numbered_items.basis,
    numbered_items.item_type,
    numbered_items.item_number,
    other_items.item_number
having count(*) >= {{ var('affinities_min_baskets') }}
