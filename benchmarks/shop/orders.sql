-- One order in twelve is a guest's; every other one names the browser.
with

orders as (
    select
        number,
        skewed(number, 'buyer', getvariable('customers')) as buyer,
        cast(8 + 200 * chance(number, 'amount') as decimal(18, 2)) as subtotal_amount
    from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
)

select
    'o' || number as order_id,
    case when chance(number, 'guest') >= 1 / 12 then 'c' || buyer end as customer_id,
    case when chance(number, 'guest') < 1 / 12 then 'user' || buyer || '@shop.test' end as email,
    case when number % 2 = 0 then 'v' || buyer end as anonymous_id,
    moment(number, getvariable('count')) as ordered_at,
    case when chance(number, 'status') < 0.04 then 'cancelled' else 'completed' end as status,
    one_of(['USD', 'USD', 'USD', 'EUR'], number, 'currency') as currency,
    subtotal_amount,
    case
        when chance(buyer, 'thrifty') < 0.25 or chance(number, 'sale') < 0.17
            then cast(subtotal_amount * 0.2 as decimal(18, 2))
    end as discount_amount,
    cast(4.9 as decimal(18, 2)) as shipping_amount,
    case when chance(buyer, 'thrifty') < 0.25 then 'SAVE20' end as coupon_code,
    one_of(['card', 'paypal', 'klarna'], number, 'payment') as payment_method,
    one_of(['home', 'pickup'], number, 'delivery') as delivery_method,
    one_of(['US', 'US', 'MX', 'GB', 'DE', 'FR'], buyer, 'country') as country_code,
    one_of(['Astoria', 'Bergen', 'Celle', null], buyer, 'city') as city
from orders
