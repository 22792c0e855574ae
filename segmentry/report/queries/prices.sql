-- Orders of the last 365 days at full price, with a reduction, and with a coupon.
-- key: price
with

priced as (
    select
        case
            when is_coupon_order then 'with a coupon'
            when is_discounted then 'reduced'
            else 'full price'
        end as price,
        net_revenue,
        discount_amount
    from orders
    where is_valid and ordered_on > getvariable('as_of_date') - 365
)

select
    price,
    count(*) as order_count,
    count(*) / sum(count(*)) over () as order_share,
    sum(net_revenue) as net_revenue,
    cast(sum(net_revenue) / count(*) as decimal(18, 2)) as average_order_value,
    sum(discount_amount) as discount_amount
from priced
group by price
order by array_position(['full price', 'reduced', 'with a coupon'], price)
