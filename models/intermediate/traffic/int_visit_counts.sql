with

visits as (
    select * from {{ ref('int_dimension_visits') }}
)

select
    dimension,
    dimension_value,
    count(*) as session_count,
    count(case when has_cart then 1 end) as cart_count,
    count(case when has_abandoned_cart then 1 end) as abandoned_cart_count
from visits
group by dimension, dimension_value
