with

order_days as (
    select * from {{ ref('int_customer_order_days') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

days as (
    select number + 1 as day_of_month
    from ({{ numbers_below(31) }}) as numbers
),

month_lengths as (
    select number + 28 as month_length
    from ({{ numbers_below(4) }}) as numbers
),

-- How far a day is from a day of every month; one that a month hasn't got is the month's last.
near_days as (
    select
        ordered_days.day_of_month as ordered_day,
        month_lengths.month_length,
        days.day_of_month,
        abs(
            ordered_days.day_of_month - least(days.day_of_month, month_lengths.month_length)
        ) as days_off
    from days as ordered_days
    -- Bound: 31 days of 4 lengths of months, by 31 days.
    cross join month_lengths
    cross join days
),

dated_orders as (
    select
        order_days.customer_id,
        extract(day from order_days.ordered_on) as ordered_day,
        extract(day from {{ dbt.last_day('order_days.ordered_on', 'month') }}) as month_length,
        12 * (extract(year from as_of.as_of_date) - extract(year from order_days.ordered_on))
        + extract(month from as_of.as_of_date) - extract(month from order_days.ordered_on)
            as months_ago,
        order_days.last_ordered_at
    from order_days
    cross join as_of
),

-- A run that counts reaches to the last months, so only who ordered then is looked at.
recent_customers as (
    select customer_id
    from dated_orders
    where months_ago <= {{ var('monthly_regulars_max_months_ago') }}
    group by customer_id
),

months as (
    select
        dated_orders.customer_id,
        near_days.day_of_month,
        dated_orders.months_ago,
        min(near_days.days_off) as days_off,
        max(dated_orders.last_ordered_at) as last_ordered_at
    from dated_orders
    inner join recent_customers on dated_orders.customer_id = recent_customers.customer_id
    inner join near_days
        on dated_orders.ordered_day = near_days.ordered_day
        and dated_orders.month_length = near_days.month_length
    where near_days.days_off <= {{ var('monthly_regulars_max_days_off') }}
    group by dated_orders.customer_id, near_days.day_of_month, dated_orders.months_ago
),

-- Within a run of consecutive months both numbers grow by one.
numbered_months as (
    select
        *,
        months_ago - row_number() over (
            partition by customer_id, day_of_month
            order by months_ago asc
        ) as run_number
    from months
)

select
    customer_id,
    day_of_month,
    min(months_ago) as months_ago,
    count(*) as month_count,
    sum(days_off) as days_off,
    max(last_ordered_at) as last_ordered_at
from numbered_months
group by customer_id, day_of_month, run_number
