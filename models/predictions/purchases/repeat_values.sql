with

buyers as (
    select * from {{ ref('buyer_histories') }}
    where repeat_purchase_days >= 1
)

select
    repeat_purchase_days,
    repeat_net_revenue,
    count(*) as buyers
from buyers
group by repeat_purchase_days, repeat_net_revenue
