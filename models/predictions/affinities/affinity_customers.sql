with

customers as (
    select * from {{ ref('int_customers') }}
    where {{ var('predictions') }}
)

select
    customer_id,
    row_number() over (order by customer_id asc) as customer_number
from customers
