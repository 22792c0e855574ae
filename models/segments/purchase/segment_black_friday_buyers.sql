with

customers as (
    select * from {{ ref('order_facts') }}
),

-- 25 November lies in the week, from Monday on, of the fourth Thursday of November.
order_days as (
    select
        *,
        cast({{ dbt.date_trunc('week', "cast(ordered_year || '-11-25' as date)") }} as date) + 4
            as black_friday_on
    from {{ ref('int_customer_order_days') }}
)

select
    customers.customer_id,
    'black_friday_buyers' as segment,
    order_days.ordered_year as segment_value,
    customers.as_of_date,
    max(order_days.last_ordered_at) as evidence_at,
    {{ counted('sum(order_days.order_count)', 'order') }} || ' around Black Friday '
    || order_days.ordered_year as reason
from customers
inner join order_days on customers.customer_id = order_days.customer_id
where
    order_days.ordered_on >= order_days.black_friday_on
    and order_days.ordered_on
    < order_days.black_friday_on + {{ var('black_friday_buyers_days') }}
group by customers.customer_id, customers.as_of_date, order_days.ordered_year
