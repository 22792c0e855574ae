"""The columns of what predictions return: known without loading what computes them."""

import pyarrow as pa

SPANS = (30, 90, 365)
ORDERS_SPAN = 365
KEY = ("repeat_purchase_days", "recency_days", "age_days")
PREDICTIONS_SCHEMA = pa.schema(
    [
        *((name, pa.int32()) for name in KEY),
        ("probability_alive", pa.float64()),
        *((f"purchase_probability_next_{span}_days", pa.float64()) for span in SPANS),
        (f"expected_orders_next_{ORDERS_SPAN}_days", pa.float64()),
        ("median_days_to_next_order", pa.float64()),
    ]
)
MODELS_SCHEMA = pa.schema(
    [
        ("as_of_date", pa.date32()),
        ("model", pa.string()),
        ("purpose", pa.string()),
        ("buyers", pa.int64()),
        *((name, pa.float64()) for name in ("r", "alpha", "a", "b", "p", "q", "v")),
        ("log_likelihood", pa.float64()),
        ("is_converged", pa.bool_()),
        ("is_at_bound", pa.bool_()),
        ("mean_probability_alive", pa.float64()),
        ("value_correlation", pa.float64()),
        ("back_test_days", pa.int32()),
        ("brier_score", pa.float64()),
        ("naive_brier_score", pa.float64()),
        ("mean_absolute_error", pa.float64()),
        ("naive_mean_absolute_error", pa.float64()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
    ]
)
QUALITY_SCHEMA = pa.schema(
    [
        ("as_of_date", pa.date32()),
        ("quantity", pa.string()),
        ("decile", pa.int32()),
        ("buyers", pa.int64()),
        ("predicted", pa.float64()),
        ("actual", pa.float64()),
        ("error", pa.float64()),
        ("naive_error", pa.float64()),
    ]
)
