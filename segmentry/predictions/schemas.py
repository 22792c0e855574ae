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

# What clusters tell of buyers, and by what they compare them.
SCALES = {
    "net_revenue": "log_net_revenue",
    "order_count": "log_order_count",
    "full_price_share": "full_price_share",
    "days_since_last_order": "log_days_since_last_order",
}
CLUSTERS_SCHEMA = pa.schema(
    [
        ("cluster", pa.int64()),
        ("cluster_name", pa.string()),
        ("customer_count", pa.int64()),
        *((f"average_{name}", pa.float64()) for name in SCALES),
        *((f"centroid_{scale}", pa.float64()) for scale in SCALES.values()),
        *((f"overall_mean_{scale}", pa.float64()) for scale in SCALES.values()),
        *((f"overall_deviation_{scale}", pa.float64()) for scale in SCALES.values()),
        ("silhouette", pa.float64()),
    ]
)

NEAREST_SCHEMA = pa.schema(
    [
        ("is_back_test", pa.bool_()),
        ("customer_number", pa.int64()),
        ("recommendation_rank", pa.int64()),
        ("item_key", pa.int64()),
        ("product_count", pa.int64()),
        ("score_billionths", pa.int64()),
    ]
)
