"""The models of purchases and of order values, fitted to what buyers did, and whether they pass."""

from segmentry.predictions.schemas import MODELS_SCHEMA


def model(dbt, session):
    """Return the models of the day, as `segmentry.predictions.predict` does."""
    dbt.config(materialized="table")
    settings = dbt.ref("prediction_settings").to_arrow_table().to_pylist()
    histories = dbt.ref("purchase_histories").to_arrow_table()
    repeat_values = dbt.ref("repeat_values").to_arrow_table()
    back_test = dbt.ref("back_test_histories").to_arrow_table()
    if not settings:
        return MODELS_SCHEMA.empty_table()
    from segmentry.predictions.gate import read_thresholds
    from segmentry.predictions.predict import fit_models

    (of_the_day,) = settings
    return fit_models(
        histories,
        repeat_values,
        back_test,
        of_the_day["as_of_date"],
        of_the_day["back_test_days"],
        read_thresholds(of_the_day),
    )
