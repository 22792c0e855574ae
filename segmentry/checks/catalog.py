"""The catalog of segments, held against what was built."""

from collections.abc import Iterator, Sequence

from segmentry.checks.rules import Check, NoRows
from segmentry.project.segment_catalog import CatalogSegment, read_segment_catalog

TEXTS = ("label", "family", "description", "owner", "typical_use")


def read_exclusive_groups() -> list[str]:
    """Return the groups of segments that exclude each other, in the catalog's order."""
    groups = [segment.exclusive_group for segment in read_segment_catalog()]
    return list(dict.fromkeys(group for group in groups if group))


def catalog_checks(segments: Sequence[CatalogSegment], groups: Sequence[str]) -> Iterator[Check]:
    """Yield what must hold of the catalog and of the groups that it names.

    Args:
        segments: the segments of the catalog.
        groups: its exclusive groups.
    """
    yield catalog_is_built(segments)
    yield models_are_in_catalog()
    for text in TEXTS:
        query = f"select segment as id from checked as c where trim(coalesce({text}, '')) = ''"
        yield Check(
            f"segment_catalog_{text}_is_given",
            "segment_catalog",
            NoRows(query, f"segments without {text}"),
        )
    yield Check(
        "segment_catalog_sensitive_segments_have_no_destination",
        "segment_catalog",
        NoRows(
            "select segment as id from checked as c "
            "where coalesce(is_sensitive, true) and coalesce(destinations, '') <> ''",
            "sensitive segments that are sent somewhere",
        ),
    )
    for group in groups:
        yield is_exclusive(group)


def catalog_is_built(segments: Sequence[CatalogSegment]) -> Check:
    """Return the check that the catalog of the warehouse is that of the project."""
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


def models_are_in_catalog() -> Check:
    """Return the check that every segment model has its row, and every row its model.

    The models are those of the build, not the tables of the warehouse: dbt leaves the table of a
    model that is no more.
    """
    query = """
        with

        segment_tables as (
            select table_name
            from information_schema.columns
            where
                table_schema = current_schema()
                and column_name in ('segment', 'segment_value', 'evidence_at', 'reason')
            group by table_name
            having count(*) = 4
        ),

        models as (
            select substring(build_log.node_name, 9) as segment
            from build_log
            inner join segment_tables on build_log.node_name = segment_tables.table_name
            where
                build_log.resource_type = 'model'
                and build_log.node_name like 'segment!_%' escape '!'
                and build_log.node_name <> 'segment_memberships'
        )

        select coalesce(catalog.segment, models.segment) as id
        from checked as catalog
        full outer join models on catalog.segment = models.segment
        where catalog.segment is null or models.segment is null
    """
    return Check(
        "segment_catalog_matches_the_models",
        "segment_catalog",
        NoRows(query, "segments without a model, or models without a row"),
    )


def is_exclusive(group: str) -> Check:
    """Return the check that no customer is in two segments, or two values, of a group."""
    query = f"""
        select customer_id as id
        from checked as memberships
        where segment in (select segment from segment_catalog where exclusive_group = '{group}')
        group by customer_id
        having count(*) > 1
    """
    return Check(
        f"segment_memberships_{group}_exclude_each_other",
        "segment_memberships",
        NoRows(query, f"customers more than once in the group {group}"),
    )
