with

buyers as (
    select * from {{ ref('buyer_histories') }}
)

select
    repeat_purchase_days,
    recency_days,
    age_days,
    count(*) as buyers
from buyers
group by repeat_purchase_days, recency_days, age_days
