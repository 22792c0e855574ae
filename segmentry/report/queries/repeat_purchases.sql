-- Of those who first ordered in a month, how many ordered again within 30, 90 and 365 days of their first
-- order; nothing is said before the days are over for the whole month.
-- key: cohort
with

cohorts as (
    select
        cast(date_trunc('month', first_days[1]) as date) as cohort,
        getvariable('as_of_date') - last_day(first_days[1]) as days_over,
        count(*) as customer_count,
        count(case when first_days[2] - first_days[1] <= 30 then 1 end) as within_30_count,
        count(case when first_days[2] - first_days[1] <= 90 then 1 end) as within_90_count,
        count(case when first_days[2] - first_days[1] <= 365 then 1 end) as within_365_count
    from buyers
    group by all
)

select
    cohort,
    customer_count,
    case when days_over >= 30 then within_30_count / customer_count end as repeat_within_30_days_rate,
    case when days_over >= 90 then within_90_count / customer_count end as repeat_within_90_days_rate,
    case when days_over >= 365 then within_365_count / customer_count end as repeat_within_365_days_rate
from cohorts
where cohort >= date_trunc('month', getvariable('as_of_date') - interval 24 month)
order by cohort
