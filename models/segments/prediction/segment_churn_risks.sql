with

predictions as (
    select * from {{ ref('customer_predictions') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    predictions.customer_id,
    'churn_risks' as segment,
    predictions.churn_band as segment_value,
    predictions.as_of_date,
    orders.last_order_at as evidence_at,
    {{ percentage('predictions.churn_probability_next_90_days') }}
    || ' likely not to buy within 90 days, ' || {{ counted('orders.order_count', 'order') }}
    || ', the last ' || {{ counted('orders.days_since_last_order', 'day') }} || ' ago' as reason
from predictions
inner join orders on predictions.customer_id = orders.customer_id
where
    predictions.churn_band is not null
    and orders.order_count >= {{ var('churn_risks_min_orders') }}
