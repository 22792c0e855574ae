with

fitted_models as (
    select * from {{ ref('fitted_models') }}
)

select
    as_of_date,
    model,
    purpose,
    buyers,
    r,
    alpha,
    a,
    b,
    p,
    q,
    v,
    log_likelihood,
    is_converged,
    is_at_bound,
    mean_probability_alive,
    value_correlation,
    back_test_days,
    brier_score,
    naive_brier_score,
    mean_absolute_error,
    naive_mean_absolute_error,
    outcome,
    reason
from fitted_models
