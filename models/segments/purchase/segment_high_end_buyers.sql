with

customers as (
    select * from {{ ref('order_facts') }}
),

high_end_lines as (
    select order_lines.*
    from {{ ref('int_valid_order_lines') }} as order_lines
    inner join {{ ref('int_category_prices') }} as category_prices
        on order_lines.category = category_prices.category
    where
        category_prices.line_count >= {{ var('high_end_buyers_min_category_lines') }}
        and order_lines.unit_price >= category_prices.high_unit_price
        and order_lines.unit_price > category_prices.median_unit_price
)

select
    customers.customer_id,
    'high_end_buyers' as segment,
    '' as segment_value,
    customers.as_of_date,
    max(high_end_lines.ordered_at) as evidence_at,
    'bought at the high end of a category '
    || {{ counted('count(*)', 'time') }} || ', for up to '
    || {{ amount('max(high_end_lines.unit_price)', var('reporting_currency')) }} as reason
from customers
inner join high_end_lines on customers.customer_id = high_end_lines.customer_id
group by customers.customer_id, customers.as_of_date
