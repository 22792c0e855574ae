with

bought_products as (
    select * from {{ ref('bought_products') }}
),

customers as (
    select * from {{ ref('affinity_customers') }}
),

items as (
    select * from {{ ref('affinity_items') }}
    where item_type = 'product' and basis = 'customer'
)

select
    bought_products.is_back_test,
    customers.customer_number,
    items.item_key
from bought_products
inner join customers on bought_products.customer_id = customers.customer_id
inner join items
    on bought_products.is_back_test = items.is_back_test
    and bought_products.product_id = items.item
