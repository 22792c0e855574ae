with

affinities as (
    select * from {{ ref('affinities') }}
    where basis = 'customer'
),

neighbours as (
    select is_back_test, item_type, jaccard,
        item,
        item_number,
        other_item as neighbour,
        other_item_number as neighbour_number
    from affinities

    union all

    select is_back_test, item_type, jaccard,
        other_item as item,
        other_item_number as item_number,
        item as neighbour,
        item_number as neighbour_number
    from affinities
),

ranked_neighbours as (
    select
        *,
        row_number() over (
            partition by is_back_test, item_type, item_number
            order by jaccard desc, neighbour_number asc
        ) as neighbour_rank
    from neighbours
)

select
    is_back_test,
    item_type,
    item,
    neighbour,
    item_number,
    neighbour_number,
    jaccard
from ranked_neighbours
where item_type = 'category' or neighbour_rank <= {{ var('recommendations_neighbours') }}
