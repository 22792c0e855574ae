with

product_days as (
    select product_days.*
    from {{ ref('int_customer_product_days') }} as product_days
    cross join {{ ref('int_as_of') }} as as_of
    where product_days.viewed_on > as_of.as_of_date - 365
),

products as (
    select
        product_days.customer_id,
        product_days.source_system,
        product_days.product_id,
        max(product_days.viewed_on) > max(as_of.as_of_date) - 30 as is_in_last_30_days
    from product_days
    cross join {{ ref('int_as_of') }} as as_of
    group by product_days.customer_id, product_days.source_system, product_days.product_id
)

select
    customer_id,
    count(case when is_in_last_30_days then 1 end) as products_viewed_last_30_days,
    count(*) as products_viewed_last_365_days
from products
group by customer_id
