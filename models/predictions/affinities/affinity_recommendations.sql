with

bought_products as (
    select * from {{ ref('bought_products') }}
),

items as (
    select * from {{ ref('affinity_items') }}
    where item_type = 'product' and basis = 'customer'
),

neighbours as (
    select * from {{ ref('affinity_neighbours') }}
    where item_type = 'product'
),

numbered_products as (
    select
        bought_products.is_back_test,
        bought_products.customer_id,
        items.item_key
    from bought_products
    inner join items
        on bought_products.is_back_test = items.is_back_test
        and bought_products.product_id = items.item
),

-- In whole billionths, a sum is the same in whatever order it is taken. What was bought is marked:
-- to look up each candidate would take longer.
shares as (
    select
        numbered_products.is_back_test,
        numbered_products.customer_id,
        neighbours.neighbour_key as item_key,
        cast(round(neighbours.jaccard * 1000000000) as bigint) as jaccard_billionths,
        0 as is_bought
    from numbered_products
    inner join neighbours on numbered_products.item_key = neighbours.item_key

    union all

    select
        is_back_test,
        customer_id,
        item_key,
        0 as jaccard_billionths,
        1 as is_bought
    from numbered_products
),

candidates as (
    select
        is_back_test,
        customer_id,
        item_key,
        sum(jaccard_billionths) as score_billionths,
        count(*) as product_count
    from shares
    group by is_back_test, customer_id, item_key
    having max(is_bought) = 0
),

ranked_candidates as (
    select
        *,
        row_number() over (
            partition by is_back_test, customer_id
            order by score_billionths desc, item_key asc
        ) as recommendation_rank
    from candidates
)

select
    ranked_candidates.is_back_test,
    ranked_candidates.customer_id,
    ranked_candidates.recommendation_rank,
    items.item as product_id,
    ranked_candidates.product_count,
    cast(ranked_candidates.score_billionths as {{ type_double() }}) / 1000000000 as score
from ranked_candidates
inner join items on ranked_candidates.item_key = items.item_key
where
    ranked_candidates.recommendation_rank
    <= case
        when ranked_candidates.is_back_test then 10
        else {{ var('recommendations_per_customer') }}
    end
