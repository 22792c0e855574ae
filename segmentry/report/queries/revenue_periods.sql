-- What was sold lately, against as many days before and the same days a year earlier.
-- key: days
with

periods as (
    select unnest([7, 28, 365]) as days
),

placed as (
    select
        ordered_on,
        order_count,
        net_revenue,
        getvariable('as_of_date') - ordered_on as days_ago,
        getvariable('as_of_date') - cast(ordered_on + interval 1 year as date) as days_ago_last_year
    from order_days
),

sums as (
    select
        periods.days,
        min(placed.ordered_on) as first_order_on,
        cast(coalesce(sum(case when days_ago < days then order_count end), 0) as bigint) as order_count,
        coalesce(sum(case when days_ago < days then net_revenue end), 0) as net_revenue,
        coalesce(sum(case when days_ago >= days and days_ago < 2 * days then net_revenue end), 0) as revenue_before,
        coalesce(
            sum(case when days_ago_last_year >= 0 and days_ago_last_year < days then net_revenue end), 0
        ) as revenue_last_year
    from periods
    cross join placed
    group by periods.days
),

known as (
    select
        days,
        order_count,
        net_revenue,
        case when first_order_on <= getvariable('as_of_date') - (2 * days - 1) then revenue_before end
            as net_revenue_before,
        case
            when first_order_on <= cast(getvariable('as_of_date') - (days - 1) - interval 1 year as date)
                then revenue_last_year
        end as net_revenue_last_year
    from sums
)

select
    *,
    cast(net_revenue / nullif(net_revenue_before, 0) - 1 as double) as change_rate,
    cast(net_revenue / nullif(net_revenue_last_year, 0) - 1 as double) as change_on_last_year_rate
from known
order by days
