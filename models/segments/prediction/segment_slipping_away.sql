with

predictions as (
    select
        *,
        rank() over (order by historic_value desc) as value_rank,
        count(*) over () as buyer_count
    from {{ ref('customer_predictions') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    predictions.customer_id,
    'slipping_away' as segment,
    '' as segment_value,
    predictions.as_of_date,
    orders.last_order_at as evidence_at,
    {{ percentage('predictions.probability_alive') }} || ' likely to be still a customer, rank '
    || predictions.value_rank || ' of ' || {{ counted('predictions.buyer_count', 'buyer') }}
    || ' with ' || {{ amount('predictions.historic_value', var('reporting_currency')) }} as reason
from predictions
inner join orders on predictions.customer_id = orders.customer_id
where
    predictions.probability_alive < {{ var('slipping_away_max_probability_alive') }}
    and 100 * predictions.value_rank <= {{ var('slipping_away_percent') }} * predictions.buyer_count
