with

visit_products as (
    select * from {{ ref('int_visit_products') }}
),

products as (
    select * from {{ ref('stg_products') }}
    where category is not null
)

select
    visit_products.visit_number,
    products.category,
    sum(visit_products.add_to_cart_count) > 0 as has_cart
from visit_products
inner join products
    on visit_products.source_system = products.source_system
    and visit_products.product_id = products.product_id
group by visit_products.visit_number, products.category
