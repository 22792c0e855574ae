with

as_of as (
    select * from {{ ref('int_as_of') }}
),

order_days as (
    select * from {{ ref('int_customer_order_days') }}
),

history as (
    select max(ordered_on) - min(ordered_on) as history_days
    from order_days
)

select
    as_of.as_of_date,
    least(
        {{ var('prediction_backtest_days') }},
        cast(floor(coalesce(history.history_days, 0) / 3.0) as integer)
    ) as back_test_days,
    {{ var('prediction_min_buyers') }} as prediction_min_buyers,
    {{ var('prediction_min_history_days') }} as prediction_min_history_days,
    {{ var('prediction_max_days_since_order') }} as prediction_max_days_since_order,
    {{ var('prediction_min_buyers_with_3_days') }} as prediction_min_buyers_with_3_days,
    {{ var('prediction_max_mean_alive') }} as prediction_max_mean_alive,
    {{ var('prediction_backtest_days') }} as prediction_backtest_days,
    {{ var('prediction_max_value_correlation') }} as prediction_max_value_correlation
from as_of
cross join history
where {{ var('predictions') }}
