with

customers as (
    select * from {{ ref('browsing_facts') }}
),

viewed_products as (
    select * from {{ ref('int_customer_viewed_products') }}
    where category is not null
),

order_lines as (
    select * from {{ ref('int_valid_order_lines') }}
)

select
    viewed_products.customer_id,
    'category_browsers' as segment,
    viewed_products.category as segment_value,
    customers.as_of_date,
    max(viewed_products.last_viewed_at) as evidence_at,
    {{ counted('sum(viewed_products.view_count)', 'view') }} || ' of ' || viewed_products.category
    || ' in {{ var("category_browsers_days") }} days, never bought' as reason
from viewed_products
inner join customers on viewed_products.customer_id = customers.customer_id
where
    viewed_products.viewed_on > customers.as_of_date - {{ var('category_browsers_days') }}
    and not exists (
        select 1
        from order_lines
        where
            order_lines.customer_id = viewed_products.customer_id
            and order_lines.category = viewed_products.category
    )
group by viewed_products.customer_id, viewed_products.category, customers.as_of_date
