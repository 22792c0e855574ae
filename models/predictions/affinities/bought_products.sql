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

tested_customers as (
    select products.customer_id
    from products
    cross join back_test
    group by products.customer_id
    having
        min(products.first_ordered_on) <= max(back_test.last_ordered_on)
        and max(products.first_ordered_on) > max(back_test.last_ordered_on)
),

tested_products as (
    select products.*
    from products
    inner join tested_customers on products.customer_id = tested_customers.customer_id
    cross join back_test
    where products.first_ordered_on <= back_test.last_ordered_on
)

select
    false as is_back_test,
    customer_id,
    product_id,
    first_ordered_on
from products

union all

select
    true as is_back_test,
    customer_id,
    product_id,
    first_ordered_on
from tested_products
