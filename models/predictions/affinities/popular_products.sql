with

products as (
    select * from {{ ref('affinity_items') }}
    where item_type = 'product' and basis = 'order'
)

select
    is_back_test,
    item as product_id,
    basket_count as order_count,
    row_number() over (
        partition by is_back_test
        order by basket_count desc, item asc
    ) as popularity_rank
from products
