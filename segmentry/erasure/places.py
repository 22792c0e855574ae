"""Where the project writes, and whether anybody who was erased is still there."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb.sqltypes import BOOLEAN, VARCHAR

from segmentry.reading import sql
from segmentry.settings.memory import limit_memory
from segmentry.settings.shop import ROOT, Settings
from segmentry.state.tombstones import ADDRESS, Kind, Tombstones

CHUNK = 1 << 22
DAGSTER = ROOT / "orchestration" / "dagster_home"
RAW = "landed_raw"
# Columns of ids, by what they are ids of. A raw row's `customer_id` is that of an account.
IDS = {
    "customer_id": (Kind.CUSTOMER,),
    "former_customer_id": (Kind.CUSTOMER,),
    "other_customer_id": (Kind.CUSTOMER,),
    "account_id": (Kind.ACCOUNT,),
    "other_account_id": (Kind.ACCOUNT,),
    "identifier": (Kind.ACCOUNT, Kind.VISITOR),
    "visitor_id": (Kind.VISITOR,),
    "anonymous_id": (Kind.VISITOR,),
}
COLUMNS = """
    select schema_name, table_name, list(column_name order by column_index)
    from duckdb_columns()
    inner join duckdb_tables() using (database_name, schema_name, table_name)
    where database_name = 'searched'
        and (data_type like '%VARCHAR%' or data_type = 'JSON')
    group by schema_name, table_name
    order by schema_name, table_name
"""


@dataclass(frozen=True)
class Found:
    """Somebody who was erased, and is still there.

    Attributes:
        path: the file.
        place: the table and column in it; empty for a file that is no table.
        count: how many values, or for such a file 1.
    """

    path: Path
    place: str
    count: int


def written_files(settings: Settings, exports: Path) -> Iterator[Path]:
    """Yield every file that the project wrote for a shop.

    Args:
        settings: where the shop is.
        exports: the folder of exported audiences.
    """
    for folder in (settings.published, settings.state, exports, DAGSTER):
        yield from _files_below(folder)
    yield from written_by_dbt()
    yield from sorted(settings.warehouse.parent.glob(f"{settings.warehouse.name}*"))


def written_by_dbt() -> Iterator[Path]:
    """Yield the files in dbt's folders of compiled files and logs."""
    for variable, folder in (("DBT_TARGET_PATH", "target"), ("DBT_LOG_PATH", "logs")):
        yield from _files_below(ROOT / os.environ.get(variable, folder))


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder; what is linked stands elsewhere."""
    for path, _, names in os.walk(folder):
        yield from (Path(path, name) for name in sorted(names) if not Path(path, name).is_symlink())


def search(
    files: Iterable[Path], tombstones: Tombstones, addresses: set[str], settings: Settings
) -> Iterator[Found]:
    """Look through files for people who were erased.

    Tables are searched for every identifier that has a tombstone; all bytes of every file, whatever
    it is, for the addresses that are given. A shop's own tables in the warehouse are searched for
    neither, nor then its bytes.

    Args:
        files: the files.
        tombstones: who was erased.
        addresses: such as are known, in lower case.
        settings: which file is the warehouse, and which of its schemas are the shop's own.
    """
    for path in files:
        is_warehouse = path.name.startswith(settings.warehouse.name)
        own_schemas = settings.own_schemas if is_warehouse else frozenset()
        if path == settings.warehouse or path.suffix in (".duckdb", ".parquet"):
            yield from _search_tables(path, tombstones, own_schemas)
        if not own_schemas and holds(path, addresses):
            yield Found(path, "", 1)


def holds(path: Path, texts: Collection[str]) -> bool:
    """Tell whether the bytes of a file hold one of some texts, whatever its case.

    Args:
        path: the file.
        texts: in lower case; with none of them nothing is read.
    """
    wanted = [text.encode() for text in texts]
    longest = max(map(len, wanted), default=0)
    tail = b""
    with path.open("rb") as file:
        while wanted and (chunk := file.read(CHUNK)):
            seen = tail + chunk.lower()
            if any(word in seen for word in wanted):
                return True
            tail = seen[-longest:]
    return False


def _search_tables(
    path: Path, tombstones: Tombstones, own_schemas: Collection[str]
) -> Iterator[Found]:
    with duckdb.connect() as connection:
        limit_memory(connection)
        _add_functions(connection, tombstones)
        if path.suffix == ".parquet":
            connection.execute("attach ':memory:' as searched")
            connection.execute(f"create table searched.parquet as from {sql.path(path)}")
        else:
            connection.execute(f"attach {sql.text(path)} as searched (read_only)")
        for schema, table, columns in connection.execute(COLUMNS).fetchall():
            if schema.lower() in own_schemas:
                continue
            relation = f"searched.{sql.name(schema)}.{sql.name(table)}"
            for column in columns:
                is_raw = schema == RAW or table.startswith("base_")
                condition = _condition(column, columns, is_raw)
                ((count,),) = connection.execute(
                    f"select coalesce(sum(row_count), 0) from ("
                    f"select count(*) as row_count from {relation} "
                    f"where {sql.name(column)} is not null "
                    f"group by {_grouped(column, columns)} having {condition})"
                ).fetchall()
                if count:
                    yield Found(path, f"{table}.{column}", int(count))


def _grouped(column: str, columns: list[str]) -> str:
    system = _system_of(column)
    names = [column, *([system] if system in columns else [])]
    return ", ".join(sql.name(name) for name in dict.fromkeys(names))


def _system_of(column: str) -> str:
    """Return the column with the system that issued the ids of another."""
    return "other_source_system" if column.startswith("other_") else "source_system"


def _condition(column: str, columns: list[str], is_raw: bool) -> str:
    """Return the condition that a value, with the system that it is of, is somebody's."""
    kinds = (Kind.ACCOUNT,) if is_raw and column == "customer_id" else IDS.get(column, ())
    value = f"cast({sql.name(column)} as varchar)"
    system = _system_of(column)
    source = f"coalesce({sql.name(system)}, '')" if system in columns else "''"
    no_source = "''"
    parts = [f"holds_address({value})"]
    parts += [
        f"is_buried('{kind}', {no_source if kind is Kind.CUSTOMER else source}, {value})"
        for kind in kinds
    ]
    return " or ".join(parts)


def _add_functions(connection: duckdb.DuckDBPyConnection, tombstones: Tombstones) -> None:
    def holds_address(text: str) -> bool:
        return "@" in text and any(map(tombstones.has_address, (text, *re.findall(ADDRESS, text))))

    def is_buried(kind: str, source_system: str, identifier: str) -> bool:
        return tombstones.has(Kind(kind), source_system, identifier)

    connection.create_function("holds_address", holds_address, [VARCHAR], BOOLEAN)
    connection.create_function("is_buried", is_buried, [VARCHAR] * 3, BOOLEAN)
