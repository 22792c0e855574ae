with

as_of as (
    select * from {{ ref('int_as_of') }}
),

counts as (
    select
        cohort,
        count(*) as customer_count,
        sum(first_net_revenue) as first_net_revenue,
        count(case when second_ordered_on - first_ordered_on <= 30 then 1 end)
            as within_30_days_count,
        count(case when second_ordered_on - first_ordered_on <= 90 then 1 end)
            as within_90_days_count,
        count(case when second_ordered_on - first_ordered_on <= 365 then 1 end)
            as within_365_days_count
    from {{ ref('int_customer_first_orders') }}
    group by cohort
),

dated_counts as (
    select
        counts.*,
        as_of.as_of_date,
        as_of.as_of_date - {{ dbt.last_day('counts.cohort', 'month') }} as days_over
    from counts
    cross join as_of
),

-- Nothing is said before the days are over for the whole month.
cohorts as (
    select
        *,
        case when days_over >= 30 then within_30_days_count end as repeat_within_30_days_count,
        case when days_over >= 90 then within_90_days_count end as repeat_within_90_days_count,
        case when days_over >= 365 then within_365_days_count end as repeat_within_365_days_count
    from dated_counts
)

select
    cohort,
    as_of_date,
    customer_count,
    {{ money('first_net_revenue') }} as first_net_revenue,
    repeat_within_30_days_count,
    {{ share('repeat_within_30_days_count', 'customer_count') }} as repeat_within_30_days_rate,
    repeat_within_90_days_count,
    {{ share('repeat_within_90_days_count', 'customer_count') }} as repeat_within_90_days_rate,
    repeat_within_365_days_count,
    {{ share('repeat_within_365_days_count', 'customer_count') }} as repeat_within_365_days_rate
from cohorts
