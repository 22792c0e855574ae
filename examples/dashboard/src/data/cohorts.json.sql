-- One row per month of a first order and month since, up to the last that is over: who came back.
with

purchases as (
    select
        orders.customer_id,
        facts.as_of_date,
        date_trunc('month', orders.ordered_on) as month,
        min(date_trunc('month', orders.ordered_on)) over (partition by orders.customer_id) as cohort
    from orders
    inner join customer_facts as facts on orders.customer_id = facts.customer_id
    where orders.is_valid
),

cohorts as (
    select cohort, as_of_date, count(distinct customer_id) as customer_count
    from purchases
    group by cohort, as_of_date
),

periods as (
    select unnest(range(1, 13)) as months_later
)

select
    cohorts.cohort,
    cohorts.customer_count,
    periods.months_later,
    count(distinct purchases.customer_id) as returned_count
from cohorts
inner join periods
    on last_day(cohorts.cohort + to_months(periods.months_later)) <= cohorts.as_of_date
left join purchases
    on cohorts.cohort = purchases.cohort
    and cohorts.cohort + to_months(periods.months_later) = purchases.month
group by cohorts.cohort, cohorts.customer_count, periods.months_later
order by cohorts.cohort, periods.months_later
