with

nearest_products as (
    select * from {{ ref('nearest_products') }}
),

customers as (
    select * from {{ ref('affinity_customers') }}
),

items as (
    select * from {{ ref('affinity_items') }}
)

select
    nearest_products.is_back_test,
    customers.customer_id,
    nearest_products.recommendation_rank,
    items.item as product_id,
    nearest_products.product_count,
    cast(nearest_products.score_billionths as {{ type_double() }}) / 1000000000 as score
from nearest_products
inner join customers on nearest_products.customer_number = customers.customer_number
inner join items on nearest_products.item_key = items.item_key
