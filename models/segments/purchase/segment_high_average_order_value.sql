with

buyers as (
    select * from {{ ref('order_facts') }}
    where order_count >= 1
),

benchmarks as (
    select avg(average_order_value) as average_order_value
    from buyers
)

-- Averages of floating-point numbers differ in their last digits: nine equal digits are equal.
select
    buyers.customer_id,
    'high_average_order_value' as segment,
    '' as segment_value,
    buyers.as_of_date,
    buyers.last_order_at as evidence_at,
    {{ amount('buyers.average_order_value', var('reporting_currency')) }}
    || ' an order against '
    || {{ amount('benchmarks.average_order_value', var('reporting_currency')) }}
    || ' on average' as reason
from buyers
cross join benchmarks
where
    buyers.average_order_value
    > {{ var('high_average_order_value_mean_multiple') }}
    * benchmarks.average_order_value * (1 + 1e-9)
