-- The shop a week, a month and a year before: the nearest day that is known, at most a few days off.
-- key: period
with

periods (period, place, before_on, slack_days) as (
    select 'last week', 1, getvariable('as_of_date') - 7, 2
    union all
    select 'last month', 2, cast(getvariable('as_of_date') - interval 1 month as date), 5
    union all
    select 'last year', 3, cast(getvariable('as_of_date') - interval 1 year as date), 15
),

today as (
    select * from shop_sizes where as_of_date = getvariable('as_of_date')
),

nearest as (
    select
        periods.period,
        periods.place,
        sizes.*
    from periods
    inner join shop_sizes as sizes
        on abs(sizes.as_of_date - periods.before_on) <= periods.slack_days
        and sizes.as_of_date < getvariable('as_of_date')
    qualify row_number() over (
        partition by periods.period
        order by abs(sizes.as_of_date - periods.before_on), sizes.as_of_date
    ) = 1
)

select
    nearest.period,
    nearest.as_of_date as before_on,
    nearest.is_replayed,
    nearest.customer_count,
    nearest.buyer_count,
    nearest.subscriber_count,
    nearest.net_revenue,
    today.customer_count - nearest.customer_count as customer_change,
    today.buyer_count - nearest.buyer_count as buyer_change,
    today.subscriber_count - nearest.subscriber_count as subscriber_change,
    today.net_revenue - nearest.net_revenue as net_revenue_change
from nearest
cross join today
order by nearest.place
