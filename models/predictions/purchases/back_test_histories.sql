with

settings as (
    select * from {{ ref('prediction_settings') }}
    where back_test_days >= 1
),

-- A forecast of the day before the span began knows the orders up to that day.
order_days as (
    select
        order_days.customer_id,
        order_days.ordered_on,
        settings.back_test_days,
        settings.as_of_date - settings.back_test_days as forecast_on
    from {{ ref('int_customer_order_days') }} as order_days
    cross join settings
),

buyers as (
    select
        customer_id,
        count(case when ordered_on <= forecast_on then 1 end) - 1 as repeat_purchase_days,
        max(case when ordered_on <= forecast_on then ordered_on end) - min(ordered_on)
            as recency_days,
        max(forecast_on) - min(ordered_on) as age_days,
        count(
            case
                when ordered_on > forecast_on - back_test_days and ordered_on <= forecast_on then 1
            end
        ) as orders_before,
        count(case when ordered_on > forecast_on then 1 end) as orders_after
    from order_days
    group by customer_id
    having min(ordered_on) <= max(forecast_on)
)

select
    repeat_purchase_days,
    recency_days,
    age_days,
    orders_before,
    orders_after,
    count(*) as buyers
from buyers
group by repeat_purchase_days, recency_days, age_days, orders_before, orders_after
