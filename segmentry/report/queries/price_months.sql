-- Orders by month, at full price, with a reduction, and with a coupon; two years at most.
-- key: month, price
select
    cast(date_trunc('month', ordered_on) as date) as month,
    price,
    cast(sum(order_count) as bigint) as order_count
from order_days
where ordered_on >= date_trunc('month', getvariable('as_of_date') - interval 23 month)
group by all
order by month, price
