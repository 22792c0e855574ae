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
where purpose = 'forecast'
order by model desc
