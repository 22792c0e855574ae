with

baskets as (
    select * from {{ ref('affinity_baskets') }}
),

items as (
    select
        is_back_test,
        basis,
        item_type,
        item,
        count(*) as basket_count
    from baskets
    group by is_back_test, basis, item_type, item
)

select
    is_back_test,
    basis,
    item_type,
    item,
    row_number() over (
        partition by is_back_test, basis, item_type
        order by item asc
    ) as item_number,
    basket_count
from items
