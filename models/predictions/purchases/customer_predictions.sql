with

buyers as (
    select * from {{ ref('buyer_histories') }}
),

orders as (
    select * from {{ ref('order_facts') }}
),

predictions as (
    select * from {{ ref('history_predictions') }}
),

models as (
    select
        max(case when model = 'gamma_gamma' and outcome = 'passed' then p end) as p,
        max(case when model = 'gamma_gamma' and outcome = 'passed' then q end) as q,
        max(case when model = 'gamma_gamma' and outcome = 'passed' then v end) as v,
        max(case when model = 'mbg_nbd' then reason end) as purchases_reason,
        max(case when model = 'gamma_gamma' then reason end) as values_reason
    from {{ ref('prediction_models') }}
    where purpose = 'forecast'
),

values_of_orders as (
    select
        buyers.*,
        orders.as_of_date,
        orders.net_revenue as historic_value,
        models.p * (models.v + greatest(buyers.repeat_net_revenue, 0))
        / (models.p * buyers.repeat_purchase_days + models.q - 1) as expected_order_value,
        case
            when models.purchases_reason is not null
                then 'withheld: ' || models.purchases_reason
            when models.values_reason is not null
                then 'order values withheld: ' || models.values_reason
            else 'complete'
        end as prediction_status
    from buyers
    inner join orders on buyers.customer_id = orders.customer_id
    cross join models
),

scored as (
    select
        values_of_orders.*,
        predictions.probability_alive,
        predictions.purchase_probability_next_30_days,
        predictions.purchase_probability_next_90_days,
        predictions.purchase_probability_next_365_days,
        1 - predictions.purchase_probability_next_90_days as churn_probability_next_90_days,
        predictions.expected_orders_next_365_days,
        predictions.expected_orders_next_365_days * values_of_orders.expected_order_value
            as predicted_value_next_365_days,
        -- The first day by the end of which half of such buyers have bought again.
        values_of_orders.as_of_date
        + cast(ceil(predictions.median_days_to_next_order) as integer) as expected_next_order_on
    from values_of_orders
    left join predictions
        on values_of_orders.repeat_purchase_days = predictions.repeat_purchase_days
        and values_of_orders.recency_days = predictions.recency_days
        and values_of_orders.age_days = predictions.age_days
)

select
    customer_id,
    as_of_date,
    repeat_purchase_days,
    recency_days,
    age_days,
    probability_alive,
    purchase_probability_next_30_days,
    purchase_probability_next_90_days,
    purchase_probability_next_365_days,
    churn_probability_next_90_days,
    case
        when churn_probability_next_90_days < {{ var('churn_band_medium_min') }} then 'low'
        when churn_probability_next_90_days <= {{ var('churn_band_medium_max') }} then 'medium'
        when churn_probability_next_90_days is not null then 'high'
    end as churn_band,
    expected_orders_next_365_days,
    {{ money('expected_order_value') }} as expected_order_value,
    {{ money('predicted_value_next_365_days') }} as predicted_value_next_365_days,
    historic_value,
    {{ money('historic_value + predicted_value_next_365_days') }} as total_value,
    expected_next_order_on,
    prediction_status
from scored
