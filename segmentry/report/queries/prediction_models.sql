-- Whether the forecasts held on days that they had not seen.
-- key: model
select
    model,
    buyers as buyer_count,
    outcome,
    reason,
    brier_score,
    naive_brier_score,
    mean_absolute_error,
    naive_mean_absolute_error
from prediction_models
where purpose = 'forecast' and (back_test_days is not null or reason is not null)
order by model desc
