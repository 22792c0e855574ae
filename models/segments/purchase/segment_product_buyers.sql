with

customers as (
    select * from {{ ref('order_facts') }}
),

tracked_products as (
    select
        coalesce(source_system, '') as source_system,
        product_id
    from {{ ref('tracked_products') }}
    group by coalesce(source_system, ''), product_id
),

tracked_lines as (
    select
        order_lines.*,
        {{ written_id('order_lines.source_system', 'order_lines.product_id') }}
            as written_product_id
    from {{ ref('int_valid_order_lines') }} as order_lines
    inner join tracked_products
        on order_lines.source_system = tracked_products.source_system
        and order_lines.product_id = tracked_products.product_id
)

select
    customers.customer_id,
    'product_buyers' as segment,
    tracked_lines.written_product_id as segment_value,
    customers.as_of_date,
    max(tracked_lines.ordered_at) as evidence_at,
    'bought ' || {{ counted('sum(tracked_lines.quantity)', 'item') }}
    || ' of product ' || tracked_lines.written_product_id as reason
from customers
inner join tracked_lines on customers.customer_id = tracked_lines.customer_id
group by customers.customer_id, customers.as_of_date, tracked_lines.written_product_id
