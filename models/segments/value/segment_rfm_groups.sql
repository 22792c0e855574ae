with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid
),

shop as (
    select min(ordered_on) as first_ordered_on
    from orders
),

buyers as (
    select * from {{ ref('order_facts') }}
    where recency_score is not null and frequency_score is not null
)

select
    buyers.customer_id,
    'rfm_groups' as segment,
    case
        when buyers.recency_score = 5 and buyers.frequency_score >= 4 then 'champions'
        when buyers.recency_score >= 3 and buyers.frequency_score >= 4 then 'loyal'
        when buyers.recency_score >= 4 and buyers.frequency_score >= 2 then 'potential loyalists'
        when buyers.recency_score = 5 then 'new'
        when buyers.recency_score = 4 then 'promising'
        when buyers.recency_score = 3 and buyers.frequency_score = 3 then 'need attention'
        when buyers.recency_score = 3 then 'about to sleep'
        when buyers.frequency_score = 5 then 'cannot lose'
        when buyers.frequency_score >= 3 then 'at risk'
        else 'hibernating'
    end as segment_value,
    buyers.as_of_date,
    buyers.last_order_at as evidence_at,
    'R' || buyers.recency_score || ' F' || buyers.frequency_score
    || ' M' || buyers.monetary_score as reason
from buyers
inner join shop
    on buyers.as_of_date - shop.first_ordered_on >= {{ var('rfm_groups_min_history_days') }}
