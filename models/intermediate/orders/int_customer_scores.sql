with

buyers as (
    select * from {{ ref('int_customer_orders') }}
)

select
    customer_id,
    cast(
        ceil(5 * cume_dist() over (order by days_since_last_order desc)) as {{ dbt.type_int() }}
    ) as recency_score,
    case
        when order_count >= {{ var('frequency_score_5_min_orders') }} then 5
        when order_count >= {{ var('frequency_score_4_min_orders') }} then 4
        when order_count >= {{ var('frequency_score_3_min_orders') }} then 3
        when order_count >= {{ var('frequency_score_2_min_orders') }} then 2
        else 1
    end as frequency_score,
    cast(
        ceil(5 * cume_dist() over (order by net_revenue asc)) as {{ dbt.type_int() }}
    ) as monetary_score
from buyers
