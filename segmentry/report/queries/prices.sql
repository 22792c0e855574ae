-- Orders of the last 365 days at full price, with a reduction, and with a coupon.
-- key: price
select
    price,
    cast(sum(order_count) as bigint) as order_count,
    sum(order_count) / sum(sum(order_count)) over () as order_share,
    sum(net_revenue) as net_revenue,
    cast(sum(net_revenue) / sum(order_count) as decimal(18, 2)) as average_order_value,
    sum(discount_amount) as discount_amount
from order_days
where ordered_on > getvariable('as_of_date') - 365
group by price
order by array_position(['full price', 'reduced', 'with a coupon'], price)
