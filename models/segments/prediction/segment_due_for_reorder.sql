with

predictions as (
    select * from {{ ref('customer_predictions') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    predictions.customer_id,
    'due_for_reorder' as segment,
    '' as segment_value,
    predictions.as_of_date,
    orders.last_order_at as evidence_at,
    'next order expected on '
    || cast(predictions.expected_next_order_on as {{ dbt.type_string() }})
    || ', the last ' || {{ counted('orders.days_since_last_order', 'day') }} || ' ago' as reason
from predictions
inner join orders on predictions.customer_id = orders.customer_id
where
    abs(predictions.expected_next_order_on - predictions.as_of_date)
    <= {{ var('due_for_reorder_days') }}
