"""The catalog of segments that was built is that of the project which is about to publish it."""

from collections.abc import Sequence

from segmentry.checks.rules import Check, NoRows
from segmentry.project.segment_catalog import CatalogSegment


def catalog_is_built(segments: Sequence[CatalogSegment]) -> Check:
    """Return the check that the catalog of a build is that of the project.

    Args:
        segments: the segments of the project.
    """
    names = ", ".join(f"('{segment.name}')" for segment in segments)
    query = f"""
        select coalesce(built.segment, listed.segment) as id
        from checked as built
        full outer join (values {names}) as listed(segment) on built.segment = listed.segment
        where built.segment is null or listed.segment is null
    """
    return Check(
        "segment_catalog_is_that_of_the_project",
        "segment_catalog",
        NoRows(query, "segments that only the project or only the warehouse has"),
    )
