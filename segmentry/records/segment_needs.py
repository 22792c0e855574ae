"""Segments of which there is no data: a raw table or a forecast that they need is not there."""

import duckdb

UNMET_NEEDS_QUERY = """
    select segment, string_agg(distinct need, ', ' order by need) as needs
    from segment_needs
    where not is_met
    group by segment
"""


def read_unmet_needs(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return by segment the raw tables and forecasts that it lacks, as `events, products`.

    Nobody is in such a segment, which says nothing of its customers. A warehouse that was built
    before needs were known lacks none.
    """
    try:
        return dict(connection.execute(UNMET_NEEDS_QUERY).fetchall())
    except duckdb.CatalogException:
        return {}


def no_data(needs: str) -> str:
    """Return what is said of a segment in place of its size."""
    return f"no data: needs {needs}"
