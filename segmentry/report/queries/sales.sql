-- The sales of the shop's calendar, of two years; trends are shaded on their days.
-- key: sale_name, starts_on
select
    sale_name,
    starts_on,
    ends_on,
    count(orders.order_id) as order_count,
    coalesce(sum(orders.net_revenue), 0) as net_revenue
from sale_calendar
left join orders
    on orders.is_valid
    and orders.ordered_on between sale_calendar.starts_on and sale_calendar.ends_on
where
    ends_on > getvariable('as_of_date') - interval 24 month
    and starts_on <= getvariable('as_of_date')
group by sale_name, starts_on, ends_on
order by starts_on desc, sale_name
