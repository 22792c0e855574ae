select
    'o' || number // 3 as order_id,
    number % 3 + 1 as line_number,
    'p' || skewed(number, 'product', getvariable('products')) as product_id,
    1 + number % 3 as quantity,
    cast(5 + 100 * chance(number, 'price') as decimal(18, 2)) as unit_price
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
