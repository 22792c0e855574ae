"""Raw rows of people who were erased: left out as they are read, as if they had never come."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from duckdb import DuckDBPyConnection
from duckdb.func import FunctionNullHandling
from duckdb.sqltypes import BOOLEAN, VARCHAR

from segmentry.reading import sql
from segmentry.reading.contract import Table
from segmentry.state.tombstones import ADDRESS, Kind, Tombstones

ORDERS = "orders"
# What a row names somebody by, or the order of somebody.
NAMING = ("source_system", "customer_id", "email", "anonymous_id", "order_id")
REMEMBERED = 100_000


class Erased:
    """Says of a row that is read whether it is of somebody who was erased.

    The orders of such people are remembered, so that their lines and refunds are left out as well:
    orders are read first.

    Attributes:
        tombstones: who was erased; None for nobody.
    """

    def __init__(self) -> None:
        """Know of nobody yet."""
        self.tombstones: Tombstones | None = None
        self._orders: set[tuple[str, str]] = set()
        self._has_address = lru_cache(REMEMBERED)(self._is_buried_address)
        self._has = lru_cache(REMEMBERED)(self._is_buried)

    def _is_buried_address(self, email: str) -> bool:
        return self.tombstones is not None and self.tombstones.has_address(email)

    def _is_buried(self, kind: Kind, source_system: str, identifier: str) -> bool:
        return self.tombstones is not None and self.tombstones.has(kind, source_system, identifier)

    def add_functions(self, connection: DuckDBPyConnection) -> None:
        """Add to SQL the functions `is_erased`, `names_erased` and `is_anybody_erased`.

        Args:
            connection: the connection of the warehouse.
        """
        connection.create_function(
            "is_erased",
            self.is_erased,
            [BOOLEAN, *(VARCHAR for _ in NAMING)],
            BOOLEAN,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,
        )
        connection.create_function("names_erased", self.names_erased, [VARCHAR], BOOLEAN)
        connection.create_function(
            "is_anybody_erased", self.is_anybody_erased, [], BOOLEAN, side_effects=True
        )

    def is_erased(
        self,
        is_order: bool,
        source_system: str | None,
        account: str | None,
        email: str | None,
        visitor: str | None,
        order: str | None,
    ) -> bool:
        """Tell whether a row is of somebody who was erased, or of an order of theirs.

        Args:
            is_order: whether the row is of the table of orders.
            source_system: where its ids are known.
            account: its `customer_id`.
            email: as it came.
            visitor: its `anonymous_id`.
            order: its `order_id`.
        """
        source = source_system or ""
        of_person = bool(
            (email and self._has_address(email))
            or (account and self._has(Kind.ACCOUNT, source, _as_read(account)))
            or (visitor and self._has(Kind.VISITOR, source, visitor))
        )
        if is_order:
            if of_person and order:
                self._orders.add((source, order))
            return of_person
        return of_person or (order is not None and (source, order) in self._orders)

    def is_anybody_erased(self) -> bool:
        """Tell whether anybody was erased."""
        return self.tombstones is not None

    def names_erased(self, line: str) -> bool:
        """Tell whether a line that can't be split holds the address of somebody who was erased."""
        return any(self._has_address(address) for address in re.findall(ADDRESS, line))


def _as_read(account: str) -> str:
    """Return an account's id as staging reads it, which takes one with an `@` for an address."""
    return account.strip().lower() if "@" in account or "＠" in account else account


def is_kept(table: Table, values: Mapping[str, str]) -> str:
    """Return the condition that a record of a CSV file of a table stays.

    Args:
        table: the table of the contract.
        values: the expressions of its columns.
    """
    erased = _is_erased(table, values) or "false"
    return (
        f"not coalesce(case when malformed_line is null then {erased} "
        "else names_erased(malformed_line) end, false)"
    )


def is_row_kept(table: Table, values: Mapping[str, str]) -> str:
    """Return the condition that a row of a table stays.

    Args:
        table: the table of the contract.
        values: the expressions of its columns.
    """
    return f"not coalesce({_is_erased(table, values) or 'false'}, false)"


def remember_erased(schema: str, table: Table, rows: str) -> Iterator[str]:
    """Yield the statement that notes where rows of files stand that are left out.

    Args:
        schema: the schema of the raw tables, as SQL.
        table: the table of the contract.
        rows: a select of its rows.
    """
    erased = _is_erased(table, {column.name: f"rows.{column.name}" for column in table.columns})
    if erased:
        yield (
            f"insert into {schema}.erased_rows "
            f"select file_path, place_in_file from ({rows}) as rows where {erased}"
        )


def without_erased(schema: str, rows: str) -> str:
    """Return a select of rows of files without those that are left out."""
    return (
        f"select rows.* from ({rows}) as rows anti join {schema}.erased_rows as erased "
        "on rows.file_path = erased.file_path and rows.place_in_file = erased.place_in_file"
    )


def count_again(schema: str, csv_tables: Sequence[str]) -> Iterator[str]:
    """Yield the statements that take what was left out from the row counts of the files.

    Args:
        schema: the schema of the raw tables, as SQL.
        csv_tables: the tables of the contract that have CSV files.
    """
    yield (
        f"update {schema}.files set row_count = files.row_count - erased.row_count from ("
        f"select file_path, count(*) as row_count from {schema}.erased_rows group by file_path"
        ") as erased where files.file_path = erased.file_path"
    )
    for name in csv_tables:
        yield (
            f"update {schema}.files set row_count = kept.row_count from ("
            f"select files.file_path, count(rows.file_path) as row_count from {schema}.files "
            f"left join {schema}.{name}__csv as rows on files.file_path = rows.file_path "
            f"where table_name = {sql.text(name)} and not files.file_path ilike '%.parquet' "
            "group by files.file_path"
            ") as kept where files.file_path = kept.file_path"
        )


def _is_erased(table: Table, values: Mapping[str, str]) -> str | None:
    """Return the condition that a row is of somebody who was erased; None where none can be."""
    columns = {column.name for column in table.columns}
    if not columns.intersection(NAMING[1:]):
        return None
    arguments = [
        f"nullif(cast({values[name]} as varchar), '')" if name in columns else "null::varchar"
        for name in NAMING
    ]
    return f"is_erased({str(table.name == ORDERS).lower()}, {', '.join(arguments)})"
