with

customers as (
    select * from {{ ref('order_facts') }}
),

categories as (
    select * from {{ ref('int_customer_categories') }}
)

select
    customers.customer_id,
    'category_repeat_buyers' as segment,
    categories.category as segment_value,
    customers.as_of_date,
    categories.last_ordered_at as evidence_at,
    'bought ' || {{ counted('categories.product_count', 'product') }} || ' of '
    || categories.category as reason
from customers
inner join categories on customers.customer_id = categories.customer_id
where categories.product_count >= {{ var('category_repeat_buyers_min_products') }}
