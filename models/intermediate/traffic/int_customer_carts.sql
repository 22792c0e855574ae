with

carts as (
    select * from {{ ref('int_carts') }}
    where customer_id is not null
)

select
    customer_id,
    count(*) as cart_count,
    count(case when is_abandoned then 1 end) as abandoned_cart_count
from carts
group by customer_id
