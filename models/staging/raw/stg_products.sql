with

products as (
    select * from {{ ref('base_products') }}
    where reject_reason is null
)

select
    source_system,
    product_id,
    product_name,
    brand,
    category,
    collection,
    unit_price,
    unit_cost,
    launched_on
from products
