with

orders as (
    select * from {{ ref('int_dimension_orders') }}
)

select
    dimension,
    dimension_value,
    {{ people_count({
        'source_system': 'source_system',
        'anonymous_id': 'anonymous_id',
        'order_id': 'lone_order_id',
    }) }} as buyer_count,
    count(*) as order_count
from orders
group by dimension, dimension_value
