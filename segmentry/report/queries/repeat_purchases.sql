-- Of those who first ordered in a month, how many ordered again within 30, 90 and 365 days of their first
-- order; nothing is said before the days are over for the whole month.
-- key: cohort
select
    cohort,
    customer_count,
    repeat_within_30_days_rate,
    repeat_within_90_days_rate,
    repeat_within_365_days_rate
from buyer_cohorts
where cohort >= date_trunc('month', getvariable('as_of_date') - interval 24 month)
order by cohort
