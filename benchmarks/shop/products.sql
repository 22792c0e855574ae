select
    'p' || number as product_id,
    'Product ' || number as product_name,
    'brand ' || number % 200 as brand,
    one_of(range(40), number, 'category') || ' category' as category,
    'collection ' || number % 12 as collection,
    cast(5 + 295 * chance(number, 'price') as decimal(18, 2)) as unit_price,
    date '2023-07-01' + cast(floor(chance(number, 'launch') * 1096) as integer) as launched_on
from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
