-- Buyers by the chance that they do not buy within 90 days, and what is expected of them in a year.
-- key: churn_band
select
    churn_band,
    count(*) as buyer_count,
    sum(historic_value) as historic_value,
    cast(sum(predicted_value_next_365_days) as decimal(18, 2)) as predicted_value_next_365_days,
    sum(expected_orders_next_365_days) as expected_orders_next_365_days
from customer_predictions
where churn_band is not null
group by churn_band
order by array_position(['low', 'medium', 'high'], churn_band)
