-- Of those who first ordered in a month, how many ordered in each month after it; a year of months.
-- key: cohort, months_later
with

first_orders as (
    select
        customer_id,
        cast(date_trunc('month', min(ordered_on)) as date) as cohort
    from orders
    where is_valid
    group by customer_id
),

cohorts as (
    select cohort, count(*) as customer_count
    from first_orders
    where cohort >= date_trunc('month', getvariable('as_of_date') - interval 12 month)
    group by cohort
),

returns as (
    select
        first_orders.cohort,
        date_diff('month', first_orders.cohort, date_trunc('month', orders.ordered_on)) as months_later,
        count(distinct orders.customer_id) as buyer_count
    from orders
    inner join first_orders on orders.customer_id = first_orders.customer_id
    where orders.is_valid
    group by all
),

months as (
    select
        cohorts.cohort,
        cohorts.customer_count,
        unnest(range(1, date_diff('month', cohorts.cohort, getvariable('as_of_date')) + 1)) as months_later
    from cohorts
)

select
    months.cohort,
    months.months_later,
    coalesce(returns.buyer_count, 0) as buyer_count,
    coalesce(returns.buyer_count, 0) / months.customer_count as retention_rate
from months
left join returns on months.cohort = returns.cohort and months.months_later = returns.months_later
order by months.cohort, months.months_later
