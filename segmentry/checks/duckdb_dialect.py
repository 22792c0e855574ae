"""A SQLAlchemy dialect through which Great Expectations can ask DuckDB.

Great Expectations reads the rows of an answer after it has given its connection back, and a DuckDB
cursor has lost them by then: here they are fetched as soon as a statement has run.
"""

from duckdb_engine import Dialect
from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGExecutionContext_psycopg2
from sqlalchemy.engine import URL
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

NAME = "duckdb.buffered"
DRIVER = "duckdb+buffered"


class BufferedExecutionContext(PGExecutionContext_psycopg2):
    """Runs one statement and keeps all rows of its answer."""

    def post_exec(self) -> None:
        """Fetch every row before the cursor can be used for something else."""
        super().post_exec()  # type: ignore[no-untyped-call]
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, self.cursor.description, self.cursor.fetchall()
            )


class BufferedDialect(Dialect):
    """DuckDB's dialect with buffered answers, and connections that are closed when given back."""

    execution_ctx_cls = BufferedExecutionContext
    supports_statement_cache = False

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:
        """Keep no connection open: nobody can write to a DuckDB file that another one reads."""
        return pool.NullPool


def register_dialect() -> None:
    """Make the dialect known to SQLAlchemy under `duckdb+buffered`."""
    registry.register(NAME, BufferedDialect.__module__, BufferedDialect.__name__)
