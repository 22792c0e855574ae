with

affinities as (
    select * from {{ ref('affinities') }}
    where item_type = 'category' and not is_back_test
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    affinities.basis,
    affinities.item as category,
    affinities.other_item as other_category,
    as_of.as_of_date,
    affinities.baskets_with_both,
    affinities.item_basket_count as category_basket_count,
    affinities.other_item_basket_count as other_category_basket_count,
    affinities.basket_count,
    affinities.support,
    affinities.confidence,
    affinities.other_confidence,
    affinities.lift,
    affinities.jaccard
from affinities
cross join as_of
