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
    jaccard
from ranked_neighbours
where item_type = 'category' or neighbour_rank <= {{ var('recommendations_neighbours') }}
