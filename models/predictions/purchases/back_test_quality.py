"""How right the forecasts of the back-test were."""

from segmentry.predictions.schemas import QUALITY_SCHEMA


def model(dbt, session):
    """Return a row per quantity and decile, as `segmentry.predictions.predict` does."""
    dbt.config(materialized="table")
    back_test = dbt.ref("back_test_histories").to_arrow_table()
    models = dbt.ref("fitted_models").to_arrow_table()
    if not len(models):
        return QUALITY_SCHEMA.empty_table()
    from segmentry.predictions.predict import quality_of_back_test

    return quality_of_back_test(back_test, models)
