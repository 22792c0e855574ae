with

visits as (
    select
        dimension,
        dimension_value,
        {{ person_or_stranger('visitor_id') }}
    from {{ ref('int_dimension_visits') }}
),

orders as (
    select
        dimension,
        dimension_value,
        {{ person_or_stranger('anonymous_id') }}
    from {{ ref('int_dimension_orders') }}
    where customer_id is not null or anonymous_id is not null
),

visitors as (
    select dimension, dimension_value, customer_id, stranger_source_system, stranger_id
    from visits
    group by dimension, dimension_value, customer_id, stranger_source_system, stranger_id
),

buyers as (
    select dimension, dimension_value, customer_id, stranger_source_system, stranger_id
    from orders
    group by dimension, dimension_value, customer_id, stranger_source_system, stranger_id
)

select
    visitors.dimension,
    visitors.dimension_value,
    count(*) as visitor_count,
    count(buyers.dimension) as converted_visitor_count
from visitors
left join buyers
    on visitors.dimension = buyers.dimension
    and visitors.dimension_value = buyers.dimension_value
    and {{ same_person('visitors', 'buyers') }}
group by visitors.dimension, visitors.dimension_value
