-- Of those who first ordered in a month, how many ordered in each month after it that is over; a year of months.
-- key: cohort, months_later
select
    cohort,
    months_later,
    customer_count,
    returned_count,
    retention_rate
from cohort_retention
where cohort >= date_trunc('month', getvariable('as_of_date') - interval 12 month)
order by cohort, months_later
