"""Tables and views are replaced under their own name, whatever had it before."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.python.warehouse import run_dbt

KINDS = (
    "select table_name, table_type from information_schema.tables "
    "where table_schema = 'main' order by all"
)


@pytest.mark.prove
def test_a_table_may_have_been_a_view_and_a_view_a_table(whole_build: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / whole_build.name
    shutil.copyfile(whole_build, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        before = connection.execute(KINDS).fetchall()
        rows = connection.execute("select * from int_as_of").fetchall()
        count = connection.execute("select count(*) from stg_orders").fetchone()
        connection.execute("drop table int_as_of")
        connection.execute("create view int_as_of as select 1 as other")
        connection.execute("drop view stg_orders")
        connection.execute("create table stg_orders as select 2 as other")
    run_dbt("run", "--quiet", "--select=int_as_of stg_orders", raw_dir=None, warehouse=warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        assert connection.execute(KINDS).fetchall() == before
        assert connection.execute("select * from int_as_of").fetchall() == rows
        assert connection.execute("select count(*) from stg_orders").fetchone() == count
