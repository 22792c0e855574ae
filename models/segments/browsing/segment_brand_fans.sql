with

customers as (
    select * from {{ ref('browsing_facts') }}
),

viewed_products as (
    select * from {{ ref('int_customer_viewed_products') }}
    where brand is not null
),

brands as (
    select
        viewed_products.customer_id,
        viewed_products.brand,
        customers.as_of_date,
        sum(viewed_products.view_count) as view_count,
        sum(sum(viewed_products.view_count)) over (partition by viewed_products.customer_id)
            as all_view_count,
        max(viewed_products.last_viewed_at) as last_viewed_at
    from viewed_products
    inner join customers on viewed_products.customer_id = customers.customer_id
    where viewed_products.viewed_on > customers.as_of_date - {{ var('brand_fans_days') }}
    group by viewed_products.customer_id, viewed_products.brand, customers.as_of_date
)

select
    customer_id,
    'brand_fans' as segment,
    brand as segment_value,
    as_of_date,
    last_viewed_at as evidence_at,
    view_count || ' of ' || {{ counted('all_view_count', 'product view') }}
    || ' in {{ var("brand_fans_days") }} days are of ' || brand as reason
from brands
where
    view_count >= {{ var('brand_fans_min_views') }}
    and {{ share('view_count', 'all_view_count') }} >= {{ var('brand_fans_min_share') }}
