"""Every row of a public table can be told from every other, and is of the day of the build."""

from collections.abc import Iterator

from segmentry.checks.rules import Check, NeverNull, NoRows, Unique
from segmentry.checks.tables import REJECTED_ROW_ID, TABLES, PublicTable


def key_checks() -> Iterator[Check]:
    """Yield what must hold of keys and days."""
    for table in TABLES:
        for column in table.key:
            if column not in table.nullable_key:
                yield Check(f"{table.name}_{column}_is_never_null", table.name, NeverNull(column))
        yield unique_key(table)
        if table.has_as_of_date:
            yield same_day(table.name, table.row_id)
    yield same_day("rejected_rows", REJECTED_ROW_ID)


def unique_key(table: PublicTable) -> Check:
    """Return the check that no two rows have the same key.

    A key of several columns is grouped: Great Expectations' own rule joins all columns of all rows
    to the groups, and takes two keys with a null for different ones.
    """
    if len(table.key) == 1:
        (column,) = table.key
        return Check(f"{table.name}_{column}_is_unique", table.name, Unique(column))
    columns = ", ".join(table.key)
    query = (
        f"select any_value({table.row_id}) as id from checked "
        f"group by {columns} having count(*) > 1"
    )
    return Check(
        f"{table.name}_key_is_unique", table.name, NoRows(query, f"keys ({columns}) used twice")
    )


def same_day(table: str, row_id: str) -> Check:
    """Return the check that all rows of a table carry the day of the build."""
    query = (
        f"select {row_id} as id from checked "
        "where as_of_date is distinct from (select as_of_date from int_as_of)"
    )
    return Check(
        f"{table}_as_of_date_is_that_of_the_build", table, NoRows(query, "rows of another day")
    )
