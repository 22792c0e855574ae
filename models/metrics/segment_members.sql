with

as_of as (
    select * from {{ ref('int_as_of') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

memberships as (
    select * from {{ ref('segment_memberships') }}
)

-- Whoever holds several values of a segment is once in all of them, `*`. Everyone stands under
-- segment '', which is there even when there is no one.
select
    segment,
    segment_value,
    customer_id
from memberships
where segment_value <> '*'

union all

select
    segment,
    '*' as segment_value,
    customer_id
from memberships
where segment_value <> ''
group by segment, customer_id

union all

select
    '' as segment,
    '' as segment_value,
    customers.customer_id
from as_of
left join customers on as_of.as_of_date is not null
