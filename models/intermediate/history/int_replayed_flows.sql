with

days as (
    select * from {{ ref('int_replayed_shop_sizes') }}
),

flows as (
    select * from {{ ref('stg_replayed_segment_flows') }}
)

select
    flows.segment,
    flows.as_of_date as before_on,
    flows.until_on,
    flows.from_value,
    flows.to_value,
    flows.customer_count
from flows
inner join days on flows.as_of_date = days.as_of_date
