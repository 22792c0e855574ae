with

customers as (
    select * from {{ ref('browsing_facts') }}
),

product_views as (
    select visit_products.*
    from {{ ref('int_visit_products') }} as visit_products
    cross join {{ ref('int_as_of') }} as as_of
    where
        visit_products.view_count >= {{ var('deep_researchers_min_views') }}
        and visit_products.started_at >= as_of.last_30_days_from
),

researchers as (
    select
        customer_id,
        max(view_count) as max_view_count,
        max(last_viewed_at) as last_viewed_at
    from product_views
    where customer_id is not null
    group by customer_id
)

select
    researchers.customer_id,
    'deep_researchers' as segment,
    '' as segment_value,
    customers.as_of_date,
    researchers.last_viewed_at as evidence_at,
    'viewed one product ' || researchers.max_view_count || ' times in a session' as reason
from researchers
inner join customers on researchers.customer_id = customers.customer_id
