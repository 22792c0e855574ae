"""Builds what a shop can expect, what goes with what and who looks alike, one model at a time."""

from pathlib import Path

from benchmarks.builds import Build, build, settings_of
from benchmarks.shop import LAST_DAY, write_shop

# None of it reads events or emails, which are nine tenths of a shop.
WITHOUT = ("events", "email_events", "surveys")
STEPS: dict[str, tuple[str, ...]] = {
    "histories of buyers": (
        *("prediction_settings", "buyer_histories", "purchase_histories", "repeat_values"),
        "back_test_histories",
    ),
    "fit": ("fitted_models",),
    "scores and back-test": (
        *("history_predictions", "back_test_quality"),
        *("prediction_models", "prediction_quality", "customer_predictions"),
    ),
    "clusters": (
        *("cluster_inputs", "published_clusters", "fitted_clusters"),
        *("cluster_profiles", "customer_clusters"),
    ),
    "affinities": (
        *("affinity_moments", "affinity_lines", "affinity_baskets", "affinity_items"),
        *("affinity_pairs", "affinities", "product_affinities", "category_affinities"),
    ),
    "recommendations and their test": (
        *("affinity_neighbours", "bought_products", "popular_products", "affinity_customers"),
        *("numbered_products", "nearest_products", "affinity_recommendations"),
        "popular_recommendations",
        *("recommendation_quality", "customer_recommendations"),
    ),
    "persons who look alike": (
        *("int_person_addresses", "int_person_places", "int_phone_numbers", "int_address_slips"),
        *("int_likeness_profiles", "int_likeness_keys", "int_likeness_pairs"),
        *("int_person_traits", "int_likenesses", "identity_suggestions"),
    ),
}
REST = "all that they read"


def measure_predictions(folder: Path, scale: float) -> Build:
    """Build predictions and suggestions of a shop, without tests.

    Args:
        folder: where its files go.
        scale: its size; 1 has a million customers and five million orders.

    Raises:
        CalledProcessError: when the build fails.
    """
    shop = write_shop(folder, scale, WITHOUT)
    shop.take_back_last_day()
    shop.deliver_last_day()
    return build(
        settings_of(shop.raw, folder, LAST_DAY),
        *("--exclude-resource-type=test", "--threads=1"),
        *("--select", "+path:models/predictions", "+identity_suggestions"),
    )


def seconds_by_step(measured: Build) -> dict[str, float]:
    """Return the seconds of each step, and of all models that they read."""
    seconds = measured.seconds_by_model
    found = {
        step: sum(seconds.get(model, 0.0) for model in models) for step, models in STEPS.items()
    }
    return found | {REST: sum(seconds.values()) - sum(found.values())}
