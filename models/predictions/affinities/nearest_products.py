"""The products that go best with those of each customer, as of the day and in the back-test."""

from segmentry.predictions.schemas import NEAREST_SCHEMA


def model(dbt, session):
    """Return a row per moment, customer and place, as `segmentry.predictions` does."""
    dbt.config(materialized="table")
    moments = dbt.ref("affinity_moments").to_arrow_table().to_pylist()
    bought = dbt.ref("numbered_products")
    neighbours = dbt.ref("affinity_neighbours").filter("item_type = 'product'")
    if not moments:
        return NEAREST_SCHEMA.empty_table()
    import pyarrow as pa

    from segmentry.predictions.recommendations import nearest_products

    return pa.concat_tables(
        nearest_products(
            bought.filter(f"is_back_test = {moment['is_back_test']}").to_arrow_table(),
            neighbours.filter(f"is_back_test = {moment['is_back_test']}").to_arrow_table(),
            moment["recommendation_count"],
            moment["is_back_test"],
        )
        for moment in moments
    )
