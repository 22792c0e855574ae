with

affinities as (
    select * from {{ ref('affinities') }}
    where basis = 'customer'
),

neighbours as (
    select
        is_back_test,
        item_type,
        jaccard,
        item,
        item_key,
        other_item as neighbour,
        other_item_key as neighbour_key
    from affinities

    union all

    select
        is_back_test,
        item_type,
        jaccard,
        other_item as item,
        other_item_key as item_key,
        item as neighbour,
        item_key as neighbour_key
    from affinities
),

ranked_neighbours as (
    select
        *,
        row_number() over (
            partition by item_key
            order by jaccard desc, neighbour_key asc
        ) as neighbour_rank
    from neighbours
)

select
    is_back_test,
    item_type,
    item,
    neighbour,
    item_key,
    neighbour_key,
    jaccard,
    -- In whole billionths, a sum is the same in whatever order it is taken.
    cast(round(jaccard * 1000000000) as bigint) as jaccard_billionths
from ranked_neighbours
where item_type = 'category' or neighbour_rank <= {{ var('recommendations_neighbours') }}
