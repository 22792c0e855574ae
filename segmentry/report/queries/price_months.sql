-- Orders by month, at full price, with a reduction, and with a coupon; two years at most.
-- key: month, price
select
    cast(date_trunc('month', ordered_on) as date) as month,
    case
        when is_coupon_order then 'with a coupon'
        when is_discounted then 'reduced'
        else 'full price'
    end as price,
    count(*) as order_count
from orders
where
    is_valid
    and ordered_on >= date_trunc('month', getvariable('as_of_date') - interval 23 month)
group by all
order by month, price
