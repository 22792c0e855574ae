with

order_lines as (
    select * from {{ ref('int_valid_order_lines') }}
    where category is not null and unit_price is not null
),

ordered_prices as (
    select
        category,
        unit_price,
        row_number() over (
            partition by category
            order by unit_price asc, source_system asc, order_id asc, line_number asc
        ) - 1 as place,
        count(*) over (partition by category) - 1 as last_place
    from order_lines
)

select
    category,
    count(*) as line_count,
    {{ weighed_percentile(
        'unit_price', 'place', 'last_place', var('high_end_buyers_price_percentile')
    ) }} as high_unit_price,
    {{ weighed_percentile('unit_price', 'place', 'last_place', 0.5) }} as median_unit_price
from ordered_prices
group by category
