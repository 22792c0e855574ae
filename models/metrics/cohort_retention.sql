with

as_of as (
    select * from {{ ref('int_as_of') }}
),

cohorts as (
    select * from {{ ref('buyer_cohorts') }}
),

first_orders as (
    select * from {{ ref('int_customer_first_orders') }}
),

order_months as (
    select
        customer_id,
        ordered_month
    from {{ ref('int_customer_order_days') }}
    group by customer_id, ordered_month
),

returned as (
    select
        first_orders.cohort,
        order_months.ordered_month,
        count(*) as customer_count
    from first_orders
    inner join order_months on first_orders.customer_id = order_months.customer_id
    group by first_orders.cohort, order_months.ordered_month
),

months_that_are_over as (
    select
        dates.month_start,
        dates.year_month,
        as_of.as_of_date
    from {{ ref('dates') }} as dates
    cross join as_of
    group by dates.month_start, dates.year_month, as_of.as_of_date
    having max(dates.date_day) <= as_of.as_of_date
)

select
    cohorts.cohort,
    12 * (extract(year from months.month_start) - extract(year from cohorts.cohort))
    + extract(month from months.month_start) - extract(month from cohorts.cohort) as months_later,
    months.as_of_date,
    cohorts.customer_count,
    coalesce(returned.customer_count, 0) as returned_count,
    {{ share('coalesce(returned.customer_count, 0)', 'cohorts.customer_count') }} as retention_rate
from cohorts
-- Bound: the months of the shop, by themselves.
inner join months_that_are_over as months on cohorts.cohort < months.month_start
left join returned
    on cohorts.cohort = returned.cohort
    and months.year_month = returned.ordered_month
