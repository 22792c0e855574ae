"""Clusters of buyers who buy alike, with the numbers of those that were published."""

from segmentry.predictions.schemas import CLUSTERS_SCHEMA


def model(dbt, session):
    """Return a row per cluster, as `segmentry.predictions.clusters` does."""
    dbt.config(materialized="table")
    buyers = dbt.ref("cluster_inputs").to_arrow_table()
    published = dbt.ref("published_clusters").to_arrow_table()
    if not len(buyers):
        return CLUSTERS_SCHEMA.empty_table()
    from segmentry.predictions.clusters import fit_clusters

    return fit_clusters(buyers, published)
