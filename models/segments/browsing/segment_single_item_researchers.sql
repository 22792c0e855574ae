with

customers as (
    select * from {{ ref('browsing_facts') }}
),

product_days as (
    select * from {{ ref('int_customer_product_days') }}
),

viewed_products as (
    select
        product_days.customer_id,
        customers.as_of_date,
        sum(product_days.view_count) as view_count,
        min({{ written_id('product_days.source_system', 'product_days.product_id') }})
            as product_id,
        max(product_days.last_viewed_at) as last_viewed_at
    from product_days
    inner join customers on product_days.customer_id = customers.customer_id
    where product_days.viewed_on > customers.as_of_date - {{ var('single_item_researchers_days') }}
    group by product_days.customer_id, customers.as_of_date
    having count(distinct {{ row_struct({
        'source_system': 'product_days.source_system', 'product_id': 'product_days.product_id',
    }) }}) = 1
)

select
    customer_id,
    'single_item_researchers' as segment,
    '' as segment_value,
    as_of_date,
    last_viewed_at as evidence_at,
    'all ' || view_count || ' product views in {{ var("single_item_researchers_days") }} days '
    || 'are of ' || product_id as reason
from viewed_products
where view_count >= {{ var('single_item_researchers_min_views') }}
