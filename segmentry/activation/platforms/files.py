"""Writes an audience as a CSV and a Parquet file, for every tool that has no adapter."""

import codecs
import csv
import fcntl
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from segmentry.activation.batches import in_batches
from segmentry.activation.errors import PlatformError
from segmentry.activation.platforms.interface import Profile, Value
from segmentry.records.folders import make_folder, sync

# Rows that are in memory at once.
BATCH = 10_000
ENDINGS = (".csv", ".parquet")
# A file that is being written: a dot before its name, and this behind.
DRAFT = ".part"
PLAIN_NAME = re.compile(r"\w[\w .:-]*")
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
# Pyarrow would cut a fraction off, and take true for a one.
TAKEN: Mapping[Any, tuple[type, ...]] = {
    pa.string(): (str,),
    pa.int64(): (int,),
    pa.float64(): (float, int),
    pa.bool_(): (bool,),
}


class FileExport:
    """A folder with two files for each audience."""

    def __init__(
        self, folder: Path, properties: Mapping[str, type[str | int | float | bool]]
    ) -> None:
        """Write nothing yet.

        Args:
            folder: where the files are; made for its owner alone when it is missing.
            properties: the columns behind the address, in their order, and what each holds.

        Raises:
            PlatformError: when one is called as that of the address.
        """
        if "email" in properties:
            raise PlatformError("The column email holds the address: give a property another name.")
        self.folder = folder
        self.names = list(properties)
        self.schema = pa.schema(
            [
                pa.field("email", pa.string(), nullable=False),
                *(pa.field(name, TYPES[kind]) for name, kind in properties.items()),
            ]
        )

    def write(self, audience: str, rows: Iterator[Profile]) -> int:
        """Replace the two files of an audience, and return how many rows they have.

        The CSV is UTF-8 with a header. In it a text that a spreadsheet would take for a formula
        begins with an apostrophe; in the Parquet file everything stands as it is. Both are moved in
        place when both are complete, one right after the other: until then, and when anything
        fails, the old ones stay.

        Args:
            audience: the name of the files.
            rows: of each, properties that are no columns are left out, missing ones are null.

        Raises:
            PlatformError: when the folder is open to others, in use or can't be written, the name
                is none for a file, or a value is not of its column's kind.
        """
        if not PLAIN_NAME.fullmatch(audience):
            raise PlatformError(
                "The name of an export has letters, digits, spaces and . : _ - in it, and begins "
                "with a letter or digit."
            )
        try:
            with self._alone():
                return self._replace(audience, rows)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise PlatformError(f"{self.folder} can't be written: {reason}.") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against other exports, and remove what one that died left behind."""
        make_folder(self.folder, 0o700)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if os.fstat(descriptor).st_mode & 0o077:
                raise PlatformError(
                    f"{self.folder} is open to others: take that from them with chmod 700, or "
                    "name another folder."
                )
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PlatformError(f"Another process is writing to {self.folder}.") from None
            self._remove_drafts()
            try:
                yield
            finally:
                self._remove_drafts()
        finally:
            os.close(descriptor)

    def _remove_drafts(self) -> None:
        for ending in ENDINGS:
            for path in self.folder.glob(f".*{ending}{DRAFT}"):
                path.unlink(missing_ok=True)

    def _replace(self, audience: str, rows: Iterator[Profile]) -> int:
        files = [self.folder / f"{audience}{ending}" for ending in ENDINGS]
        drafts = [file.with_name(f".{file.name}{DRAFT}") for file in files]
        with _private(drafts[0]) as texts, _private(drafts[1]) as columns:
            total = self._write_both(texts, columns, rows)
        for draft in drafts:
            sync(draft)
        for draft, file in zip(drafts, files, strict=True):
            draft.rename(file)
        sync(self.folder)
        return total

    def _write_both(self, texts: BinaryIO, columns: BinaryIO, rows: Iterator[Profile]) -> int:
        total = 0
        lines = csv.writer(codecs.getwriter("utf-8")(texts))
        lines.writerow([_cell(name) for name in ["email", *self.names]])
        with pq.ParquetWriter(columns, self.schema, compression="zstd") as table:
            for batch in in_batches(rows, BATCH):
                values: list[list[Value]] = [
                    [profile.address for profile in batch],
                    *([profile.properties.get(name) for profile in batch] for name in self.names),
                ]
                table.write_table(
                    pa.table(
                        [
                            _column(field, of_field)
                            for field, of_field in zip(self.schema, values, strict=True)
                        ],
                        schema=self.schema,
                    )
                )
                lines.writerows(
                    [_cell(value) for value in row] for row in zip(*values, strict=True)
                )
                total += len(batch)
        return total


def _private(path: Path) -> BinaryIO:
    """Open a new file that is its owner's alone, whatever the process's umask is."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "wb")


def _column(field: Any, values: Sequence[Value]) -> Any:
    """Return the values of a column.

    Raises:
        PlatformError: when one is of another kind; it names the column and no value.
    """
    taken = TAKEN[field.type]
    try:
        if all(value is None or type(value) in taken for value in values):
            return pa.array(values, type=field.type)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        pass
    raise PlatformError(f"{field.name} has a value that is no {field.type} and can't be exported.")


def _cell(value: Value) -> Value:
    """Return a value as a cell of a CSV file; null is an empty one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
