with

last_day as (
    select max(as_of_date) as as_of_date
    from {{ ref('shop_sizes') }}
),

flows as (
    select * from {{ ref('int_replayed_flows') }}
)

select
    flows.segment,
    flows.before_on,
    flows.until_on,
    flows.from_value,
    flows.to_value,
    flows.customer_count
from flows
inner join last_day on flows.until_on <= last_day.as_of_date
