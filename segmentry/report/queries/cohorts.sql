-- Of those who first ordered in a month, how many ordered in each month after it that is over; a year of months.
-- key: cohort, months_later
with

cohorts as (
    select
        date_diff('month', first_days[1], getvariable('as_of_date')) as months_ago,
        months,
        count(*) as customer_count
    from buyers
    where first_days[1] >= date_trunc('month', getvariable('as_of_date') - interval 12 month)
    group by all
),

later as (
    select
        *,
        unnest(range(1, months_ago + 1)) as months_later
    from cohorts
)

select
    cast(date_trunc('month', getvariable('as_of_date')) - to_months(months_ago::integer) as date) as cohort,
    months_later,
    cast(sum(customer_count) as bigint) as customer_count,
    cast(sum(case when months >> (months_ago - months_later) & 1 = 1 then customer_count else 0 end) as bigint)
        as buyer_count,
    buyer_count / sum(customer_count) as retention_rate
from later
where
    months_ago > months_later
    or getvariable('as_of_date') = last_day(getvariable('as_of_date'))
group by months_ago, months_later
order by cohort, months_later
