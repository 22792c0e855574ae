with

buyers as (
    select
        *,
        count(*) over () as buyer_count,
        rank() over (order by days_since_last_order desc) as recency_rank,
        rank() over (order by net_revenue asc) as monetary_rank
    from {{ ref('int_customer_orders') }}
)

select
    customer_id,
    cast(1 + floor(5.0 * (recency_rank - 1) / buyer_count) as integer) as recency_score,
    case
        when order_count >= {{ var('frequency_score_5_min_orders') }} then 5
        when order_count >= {{ var('frequency_score_4_min_orders') }} then 4
        when order_count >= {{ var('frequency_score_3_min_orders') }} then 3
        when order_count >= {{ var('frequency_score_2_min_orders') }} then 2
        else 1
    end as frequency_score,
    cast(1 + floor(5.0 * (monetary_rank - 1) / buyer_count) as integer) as monetary_score
from buyers
