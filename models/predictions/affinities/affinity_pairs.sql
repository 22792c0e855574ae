with

items as (
    select * from {{ ref('affinity_items') }}
    where basket_count >= {{ var('affinities_min_baskets') }}
),

-- What fewer baskets hold than a pair must have in common is in no pair.
baskets as (
    select baskets.*
    from {{ ref('affinity_baskets') }} as baskets
    inner join items
        on baskets.is_back_test = items.is_back_test
        and baskets.basis = items.basis
        and baskets.item_type = items.item_type
        and baskets.item_number = items.item_number
    where baskets.item_count > 1
)

select
    baskets.is_back_test,
    baskets.basis,
    baskets.item_type,
    baskets.item_number,
    other_baskets.item_number as other_item_number,
    count(*) as baskets_with_both
from baskets
inner join baskets as other_baskets
    on baskets.is_back_test = other_baskets.is_back_test
    and baskets.basis = other_baskets.basis
    and baskets.item_type = other_baskets.item_type
    and baskets.basket_number = other_baskets.basket_number
    and baskets.item_number < other_baskets.item_number
group by
    baskets.is_back_test,
    baskets.basis,
    baskets.item_type,
    baskets.item_number,
    other_baskets.item_number
having count(*) >= {{ var('affinities_min_baskets') }}
