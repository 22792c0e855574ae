"""Finds the files of each raw table in a folder, and names what is none."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from segmentry.reading.errors import ReadingError, reason_of


class Format(StrEnum):
    """How a raw file is written, by the end of its name."""

    PARQUET = ".parquet"
    CSV = ".csv"
    CSV_GZ = ".csv.gz"
    JSONL = ".jsonl"
    JSONL_GZ = ".jsonl.gz"
    NDJSON = ".ndjson"
    NDJSON_GZ = ".ndjson.gz"
    JSON = ".json"
    JSON_GZ = ".json.gz"

    @property
    def is_json(self) -> bool:
        """Whether each line is a JSON object."""
        return self.value.startswith((".json", ".ndjson"))

    @property
    def compression(self) -> str:
        """How it is packed, in DuckDB's word."""
        return "gzip" if self.value.endswith(".gz") else "none"


@dataclass(frozen=True)
class RawFile:
    """A file of a raw table.

    Attributes:
        table: the raw table.
        root: the raw folder, absolute.
        path: where it is, absolute.
        shown: its path from the raw folder on, for people.
        format: how it is written.
        size: bytes.
        changed_at: when it was last written, in nanoseconds since 1970.
        keys: the keys, in lower case, of folders named `key=value` below the table's own folder.
    """

    table: str
    root: Path
    path: Path
    shown: str
    format: Format
    size: int
    changed_at: int
    keys: frozenset[str]


@dataclass(frozen=True)
class RawFolder:
    """What lies in a raw folder.

    Attributes:
        files: the files of each table, in the order of their paths' bytes.
        unread: files and folders that belong to no table, hidden and temporary ones last.
    """

    files: dict[str, list[RawFile]]
    unread: list[str]


def find_raw_files(
    folder: Path,
    tables: Sequence[str],
    patterns: Mapping[str, str] = MappingProxyType({}),
    prefixed: Set[str] = frozenset(),
) -> RawFolder:
    """Return the files of every raw table below a folder.

    A table is one file of its name, a folder of its name with files at any depth, or both; a
    folder's name may end as a file's does. Names count in any case of letters, and are taken
    literally. Hidden and temporary files (`.x`, `_x`) are left out. Links are followed.

    Args:
        folder: the raw folder.
        tables: the names of the tables.
        patterns: the names of tables whose files and folders may have longer names, with how
            those begin, a star at the end (`orders_export*`); all that begin so are the table's.
        prefixed: the tables whose names may follow a prefix (`wp_`), one for all of them.

    Raises:
        ReadingError: when the folder, or a folder or file of a table, can't be looked at, or the
            names of tables follow different prefixes.
    """
    root = folder.absolute()
    if not root.exists():
        raise ReadingError("there is no such folder")
    if not root.is_dir():
        raise ReadingError("it is a file: name the folder that holds it")
    files: dict[str, list[RawFile]] = {table: [] for table in tables}
    unread: list[str] = []
    left_out: list[str] = []
    prefixes: dict[str, str] = {}
    for entry in _entries(root):
        table, prefix = _table_of(entry.name, tables, patterns, prefixed)
        if is_left_out(entry.name):
            left_out.append(_shown(entry, root))
            continue
        if table in prefixed:
            prefixes.setdefault(prefix, _shown(entry, root))
        if table is None:
            unread.append(_shown(entry, root))
        elif entry.is_dir():
            before = len(files[table])
            for path, keys in _walk(entry, root, frozenset(), frozenset(), unread, left_out):
                files[table].append(_raw_file(table, path, root, keys))
            if len(files[table]) == before:
                unread.append(f"{_shown(entry, root)} (no file in it)")
        elif _format_of(entry.name):
            files[table].append(_raw_file(table, entry, root, frozenset()))
        else:
            unread.append(_shown(entry, root))
    if len(prefixes) > 1:
        told = " and ".join(
            f"{f'`{prefix}`' if prefix else 'none'} of {shown}"
            for prefix, shown in prefixes.items()
        )
        raise ReadingError(
            f"the names of its tables have several prefixes, {told}: keep the tables of each shop "
            "in a folder of their own"
        )
    for found in files.values():
        found.sort(key=lambda file: os.fsencode(file.path))
    return RawFolder(files, [*sorted(unread), *sorted(left_out)])


def is_left_out(name: str) -> bool:
    """Tell whether a file or folder is hidden or temporary, by its name."""
    return name.startswith((".", "_"))


def stem_of(name: str) -> str:
    """Return the name of a file or folder in lower case, without the ending of a raw file."""
    stem = name.lower()
    for ending in sorted(Format, key=len, reverse=True):
        if stem.endswith(ending):
            return stem.removesuffix(ending)
    return stem


def is_called(name: str, table: str, pattern: str, any_prefix: bool) -> bool:
    """Tell whether a file, folder or relation of a name, in lower case, is of a table.

    Args:
        name: the name, without the ending of a file.
        table: the table's own name.
        pattern: how longer names of it begin, a star at the end; empty for none.
        any_prefix: whether its name may follow a prefix.
    """
    if pattern:
        return name == table or name.startswith(pattern.removesuffix("*"))
    return name.endswith(table) if any_prefix else name == table


def names_in(folder: Path) -> list[str]:
    """Return the names of what lies in a folder, as tables are called, in their order.

    Raises:
        OSError: when the folder can't be opened.
    """
    names = (path.name for path in folder.iterdir())
    return sorted({stem_of(name) for name in names if not is_left_out(name)})


def _table_of(
    name: str, tables: Sequence[str], patterns: Mapping[str, str], prefixed: Set[str]
) -> tuple[str | None, str]:
    """Return the table that a file or folder belongs to, and the prefix before its name."""
    stem = stem_of(name)
    for table in tables:
        if is_called(stem, table, patterns.get(table, ""), table in prefixed):
            return table, stem.removesuffix(table) if table in prefixed else ""
    return None, ""


def _format_of(name: str) -> Format | None:
    return next(
        (ending for ending in Format if name.lower().endswith(ending) and len(name) > len(ending)),
        None,
    )


def _walk(
    folder: Path,
    root: Path,
    keys: frozenset[str],
    above: frozenset[Path],
    unread: list[str],
    left_out: list[str],
) -> Iterator[tuple[Path, frozenset[str]]]:
    resolved = folder.resolve()
    if resolved in above:
        raise ReadingError(f"{_shown(folder, root)} leads back to a folder that it lies in")
    for entry in _entries(folder, root):
        if is_left_out(entry.name):
            left_out.append(_shown(entry, root))
        elif entry.is_dir():
            below = keys | _key_of(entry.name)
            yield from _walk(entry, root, below, above | {resolved}, unread, left_out)
        elif _format_of(entry.name):
            yield entry, keys
        else:
            unread.append(_shown(entry, root))


def _key_of(name: str) -> frozenset[str]:
    key, sign, _ = name.partition("=")
    return frozenset({key.lower()} if sign and key else ())


def _entries(folder: Path, root: Path | None = None) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=os.fsencode)
    except OSError as error:
        where = f"{_shown(folder, root)} can't be opened: " if root else "it can't be opened: "
        raise ReadingError(f"{where}{reason_of(error)}") from error


def _raw_file(table: str, path: Path, root: Path, keys: frozenset[str]) -> RawFile:
    shown = _shown(path, root)
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise ReadingError(f"the name of {shown} is not UTF-8: rename it") from error
    if "\\" in str(path):
        raise ReadingError(f"the path of {shown} holds a backslash: rename it")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadingError(f"{shown} is no file that can be read twice")
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise ReadingError(f"{shown} can't be opened: {reason_of(error)}") from error
    return RawFile(
        table=table,
        root=root,
        path=path,
        shown=shown,
        format=_format_of(path.name) or Format.CSV,
        size=status.st_size,
        changed_at=status.st_mtime_ns,
        keys=keys,
    )


def _shown(path: Path, root: Path) -> str:
    # Bytes that are no UTF-8, and control characters, would tear the line that names a file.
    written = str(path.relative_to(root)).encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in written)
