-- The sales of the shop's calendar, of two years; trends are shaded on their days.
-- key: sale_name, starts_on
select
    sales.sale_name,
    sales.starts_on,
    sales.ends_on,
    cast(coalesce(sum(days.order_count), 0) as bigint) as order_count,
    coalesce(sum(days.net_revenue), 0) as net_revenue
from sale_calendar as sales
left join order_days as days on days.ordered_on between sales.starts_on and sales.ends_on
where
    sales.ends_on > getvariable('as_of_date') - interval 24 month
    and sales.starts_on <= getvariable('as_of_date')
group by sales.sale_name, sales.starts_on, sales.ends_on
order by sales.starts_on desc, sales.sale_name
