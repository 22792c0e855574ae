with

products as (
    select
        {{ written_id('source_system', 'product_id') }} as product_id,
        product_name
    from {{ ref('stg_products') }}
)

select
    product_id,
    min(product_name) as product_name
from products
group by product_id
