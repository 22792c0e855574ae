with

order_lines as (
    select
        *,
        {{ written_id('source_system', 'product_id') }} as written_product_id
    from {{ ref('int_valid_order_lines') }}
    where {{ var('predictions') }} and customer_id is not null and product_id is not null
),

back_test as (
    select * from {{ ref('affinity_moments') }}
    where is_back_test
),

products as (
    select
        customer_id,
        written_product_id as product_id,
        min(ordered_on) as first_ordered_on
    from order_lines
    group by customer_id, written_product_id
),

customers as (
    select
        products.customer_id,
        back_test.last_ordered_on as tested_on,
        count(*) as product_count,
        count(case when products.first_ordered_on <= back_test.last_ordered_on then 1 end)
            as tested_product_count
    from products
    cross join back_test
    group by products.customer_id, back_test.last_ordered_on
)

select
    false as is_back_test,
    products.customer_id,
    products.product_id,
    products.first_ordered_on,
    customers.product_count
from products
inner join customers on products.customer_id = customers.customer_id

union all

select
    true as is_back_test,
    products.customer_id,
    products.product_id,
    products.first_ordered_on,
    customers.tested_product_count as product_count
from products
inner join customers on products.customer_id = customers.customer_id
where
    products.first_ordered_on <= customers.tested_on
    and customers.tested_product_count < customers.product_count
