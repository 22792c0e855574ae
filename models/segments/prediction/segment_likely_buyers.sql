with

predictions as (
    select * from {{ ref('customer_predictions') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    predictions.customer_id,
    'likely_buyers' as segment,
    '' as segment_value,
    predictions.as_of_date,
    orders.last_order_at as evidence_at,
    {{ percentage('predictions.purchase_probability_next_30_days') }}
    || ' likely to buy within 30 days, ' || {{ counted('orders.order_count', 'order') }}
    || ' so far' as reason
from predictions
inner join orders on predictions.customer_id = orders.customer_id
where
    predictions.purchase_probability_next_30_days >= {{ var('likely_buyers_min_probability') }}
