with

as_of as (
    select * from {{ ref('int_as_of') }}
),

quality as (
    select * from {{ ref('recommendation_quality') }}
),

products as (
    select * from {{ ref('int_products') }}
),

affinity_recommendations as (
    select affinity_recommendations.*
    from {{ ref('affinity_recommendations') }} as affinity_recommendations
    cross join quality
    where not affinity_recommendations.is_back_test and quality.is_affinity_used
),

affinity_customers as (
    select customer_id
    from affinity_recommendations
    group by customer_id
),

popular_recommendations as (
    select
        popular_recommendations.*,
        quality.is_affinity_used
    from {{ ref('popular_recommendations') }} as popular_recommendations
    cross join quality
    left join affinity_customers
        on popular_recommendations.customer_id = affinity_customers.customer_id
    where not popular_recommendations.is_back_test and affinity_customers.customer_id is null
),

recommendations as (
    select
        customer_id,
        recommendation_rank,
        product_id,
        score,
        'affinity' as basis,
        'bought with ' || product_count || ' of your products' as reason
    from affinity_recommendations

    union all

    select
        customer_id,
        recommendation_rank,
        product_id,
        cast(order_count as {{ type_double() }}) as score,
        'popularity' as basis,
        'among the most bought, ' || {{ counted('order_count', 'order') }} || ' in 365 days'
        || case
            when is_affinity_used then ''
            else ', which foretold more than what goes along'
        end as reason
    from popular_recommendations
)

select
    recommendations.customer_id,
    as_of.as_of_date,
    recommendations.recommendation_rank,
    recommendations.product_id,
    products.product_name,
    recommendations.score,
    recommendations.basis,
    recommendations.reason
from recommendations
cross join as_of
left join products on recommendations.product_id = products.product_id
