with

items as (
    select * from {{ ref('affinity_items') }}
    where basket_count >= {{ var('affinities_min_baskets') }}
),

-- What fewer baskets hold than a pair must have in common is in no pair. The back-test is of
-- recommendations, which go by customer.
baskets as (
    select
        baskets.is_back_test,
        baskets.basis,
        baskets.item_type,
        baskets.basket_number,
        items.item_key
    from {{ ref('affinity_baskets') }} as baskets
    inner join items
        on baskets.is_back_test = items.is_back_test
        and baskets.basis = items.basis
        and baskets.item_type = items.item_type
        and baskets.item_number = items.item_number
    where baskets.item_count > 1 and (baskets.basis = 'customer' or not baskets.is_back_test)
)

select
    baskets.item_key,
    other_baskets.item_key as other_item_key,
    count(*) as baskets_with_both
from baskets
inner join baskets as other_baskets
    on baskets.is_back_test = other_baskets.is_back_test
    and baskets.basis = other_baskets.basis
    and baskets.item_type = other_baskets.item_type
    and baskets.basket_number = other_baskets.basket_number
    and baskets.item_key < other_baskets.item_key
group by baskets.item_key, other_baskets.item_key
having count(*) >= {{ var('affinities_min_baskets') }}
