"""A rough look at files: what columns they have and what stands in them, before they are read."""

from collections.abc import Sequence

import duckdb
import pyarrow.parquet as pq

from segmentry.reading import sql
from segmentry.reading.csv_text import read_header
from segmentry.reading.files import Format, RawFile

# Nothing is sniffed, and a line that can't be split is nothing.
CSV_QUERY = """
    from read_csv(
        {path}, columns = $columns, auto_detect = false, header = true, delim = $delimiter,
        quote = '"', escape = '"', strict_mode = false, null_padding = true, ignore_errors = true,
        compression = $compression, hive_partitioning = false
    )
"""


def rough_rows(connection: duckdb.DuckDBPyConnection, file: RawFile) -> duckdb.DuckDBPyRelation:
    """Return the rows of a file as a relation; what can't be read is passed over.

    Raises:
        ReadingError: when the header of a CSV file can't be split.
        duckdb.Error: when the file can't be read at all.
    """
    if file.format is Format.PARQUET:
        return connection.sql(f"from read_parquet({sql.path(file.path)})")
    if file.format.is_json:
        return connection.sql(
            f"from read_json({sql.path(file.path)}, format = 'newline_delimited', "
            "ignore_errors = true)"
        )
    header = read_header(file.path)
    return connection.sql(
        CSV_QUERY.format(path=sql.path(file.path)),
        params={
            "columns": dict.fromkeys(header.columns, "varchar"),
            "delimiter": header.delimiter,
            "compression": file.format.compression,
        },
    )


def columns_of(connection: duckdb.DuckDBPyConnection, file: RawFile) -> Sequence[str]:
    """Return the names of a file's columns, in lower case.

    Raises:
        ReadingError: when the header of a CSV file can't be split.
        duckdb.Error: when another file can't be read.
    """
    if file.format is Format.PARQUET:
        with pq.ParquetFile(file.path) as opened:
            return [name.lower() for name in opened.schema_arrow.names]
    if file.format.is_json:
        return [name.lower() for name in rough_rows(connection, file).columns]
    return read_header(file.path).columns
