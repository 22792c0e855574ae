"""What is built each day, as Dagster's assets: raw tables, models and seeds, published versions."""
