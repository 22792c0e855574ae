with

predictions as (
    select
        *,
        rank() over (order by predicted_value_next_365_days desc) as value_rank,
        count(*) over () as buyer_count
    from {{ ref('customer_predictions') }}
    where predicted_value_next_365_days is not null
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    predictions.customer_id,
    'predicted_high_value' as segment,
    '' as segment_value,
    predictions.as_of_date,
    orders.last_order_at as evidence_at,
    {{ amount('predictions.predicted_value_next_365_days', var('reporting_currency')) }}
    || ' expected within 365 days, rank ' || predictions.value_rank || ' of '
    || {{ counted('predictions.buyer_count', 'buyer') }} as reason
from predictions
inner join orders on predictions.customer_id = orders.customer_id
where
    100 * predictions.value_rank
    <= {{ var('predicted_high_value_percent') }} * predictions.buyer_count
