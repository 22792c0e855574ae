with

as_of as (
    select * from {{ ref('int_as_of') }}
),

back_test as (
    select * from {{ ref('affinity_moments') }}
    where is_back_test
),

bought_products as (
    select * from {{ ref('bought_products') }}
),

affinity_recommendations as (
    select * from {{ ref('affinity_recommendations') }}
    where is_back_test
),

popular_recommendations as (
    select * from {{ ref('popular_recommendations') }}
    where is_back_test
),

tested_customers as (
    select customer_id
    from bought_products
    where is_back_test
    group by customer_id
),

affinity_customers as (
    select customer_id
    from affinity_recommendations
    group by customer_id
),

-- Who has nothing that goes with their products is shown what is bought most.
shown_products as (
    select
        customer_id,
        product_id,
        true as is_affinity,
        false as is_popular
    from affinity_recommendations

    union all

    select
        popular_recommendations.customer_id,
        popular_recommendations.product_id,
        affinity_customers.customer_id is null as is_affinity,
        true as is_popular
    from popular_recommendations
    left join affinity_customers
        on popular_recommendations.customer_id = affinity_customers.customer_id
),

hits as (
    select
        shown_products.customer_id,
        max(case when shown_products.is_affinity then 1 else 0 end) as affinity_hits,
        max(case when shown_products.is_popular then 1 else 0 end) as popular_hits
    from shown_products
    inner join bought_products
        on shown_products.customer_id = bought_products.customer_id
        and shown_products.product_id = bought_products.product_id
        and not bought_products.is_back_test
    group by shown_products.customer_id
),

counts as (
    select
        count(*) as customer_count,
        coalesce(sum(hits.affinity_hits), 0) as affinity_hit_count,
        coalesce(sum(hits.popular_hits), 0) as popular_hit_count
    from tested_customers
    left join hits on tested_customers.customer_id = hits.customer_id
)

select
    as_of.as_of_date,
    back_test.last_ordered_on as tested_as_of_date,
    counts.customer_count,
    cast(counts.affinity_hit_count as bigint) as affinity_hit_count,
    cast(counts.popular_hit_count as bigint) as popular_hit_count,
    {{ share('counts.affinity_hit_count', 'counts.customer_count') }} as affinity_hit_rate_at_10,
    {{ share('counts.popular_hit_count', 'counts.customer_count') }} as popular_hit_rate_at_10,
    counts.affinity_hit_count >= counts.popular_hit_count as is_affinity_used
from as_of
cross join back_test
cross join counts
