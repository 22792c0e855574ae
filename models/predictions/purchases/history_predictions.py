"""What is predicted for each distinct history of buyers."""

from segmentry.predictions.schemas import PREDICTIONS_SCHEMA


def model(dbt, session):
    """Return a row per distinct history, as `segmentry.predictions.predict` does."""
    dbt.config(materialized="table")
    histories = dbt.ref("purchase_histories").to_arrow_table()
    models = dbt.ref("fitted_models").to_arrow_table()
    if not len(models):
        return PREDICTIONS_SCHEMA.empty_table()
    from segmentry.predictions.predict import score_histories

    return score_histories(histories, models)
