"""Files of a shop's own shape are mapped by a file of selects beside them, read as any files."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.reading.errors import ReadingError
from segmentry.reading.folder import read_folder
from segmentry.setup.systems import read_systems
from tests.python.compiled import CompiledProject
from tests.python.warehouse import ROOT

SALES = """Order No;Order Date;Customer;Qty;Price;State
1001;01/02/2024 10:00;C1;2;10,50;paid
1001;01/02/2024 10:00;C1;1;5,00;paid
broken;line
1002;15/02/2024 11:30;C2;1;10,50;cancelled
"""
ORDERS = """
-- One row per order.
create view orders as
select
    "order no" as order_id,
    min(strptime("order date", '%d/%m/%Y %H:%M')) as ordered_at,
    max(customer) as customer_id,
    max(case state when 'paid' then 'completed' else 'cancelled' end) as status,
    'USD' as currency,
    sum(cast(qty as integer) * cast(replace(price, ',', '.') as decimal(18, 2))) as subtotal_amount
from "sales 2024"
group by "order no";
"""
LINES = """
create view order_lines as
with numbered as (select *, row_number() over (partition by "order no") as n from "sales 2024")
select "order no" as order_id, n as line_number, qty as quantity from numbered
"""


def write_shop(folder: Path, mapping: str, sales: str = SALES) -> Path:
    """Write a raw folder of one file of sales and a mapping."""
    folder.mkdir(exist_ok=True)
    (folder / "Sales 2024.csv").write_text(sales, encoding="utf-8")
    (folder / "mapping.sql").write_text(mapping, encoding="utf-8")
    return folder


def test_files_are_what_the_mapping_says(compiled_project: CompiledProject, tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "raw", ORDERS + LINES)
    models = ["stg_orders", "stg_order_lines", "raw_row_counts", "rejected_rows"]
    with compiled_project.build(folder, tmp_path, models) as connection:
        orders = connection.execute(
            "select order_id, account_id, cast(ordered_at as varchar), status, subtotal_amount "
            "from stg_orders order by order_id"
        ).fetchall()
        lines = connection.execute(
            "select order_id, line_number, quantity from stg_order_lines order by all"
        ).fetchall()
        counts = connection.execute(
            "select table_name, raw_row_count, staged_row_count, rejected_row_count "
            "from raw_row_counts where raw_row_count > 0 order by all"
        ).fetchall()
        rejected = connection.execute("select reason, raw_row from rejected_rows").fetchall()
    assert [(*row[:4], float(row[4])) for row in orders] == [
        ("1001", "C1", "2024-02-01 10:00:00", "completed", 26.0),
        ("1002", "C2", "2024-02-15 11:30:00", "cancelled", 10.5),
    ]
    assert lines == [("1001", 1, 2), ("1001", 2, 1), ("1002", 1, 1)]
    assert counts == [("order_lines", 3, 3, 0), ("orders", 3, 2, 1)]
    assert rejected == [("malformed line", '{"line":"broken;line"}')]


def test_a_changed_file_is_another_version_of_what_is_mapped(tmp_path: Path) -> None:
    """Or what is kept of it would stay."""
    folder = write_shop(tmp_path / "raw", ORDERS)
    before = files_of(folder, tmp_path)
    write_shop(folder, ORDERS, SALES + "1003;16/02/2024 08:00;C3;1;1,00;paid\n")
    assert before[0][:1] == files_of(folder, tmp_path)[0][:1] == ("orders",)
    assert before != files_of(folder, tmp_path)


def read_without_a_build(folder: Path, scratch: Path) -> list[str]:
    """Return the statements that load a raw folder."""
    contract = [table.table for table in read_systems(ROOT)[0].tables]
    return read_folder(folder, contract, "raw", scratch).statements


def files_of(folder: Path, scratch: Path) -> list[tuple[Any, ...]]:
    """Return what the loader notes of the files of a raw folder."""
    with duckdb.connect() as connection:
        for statement in read_without_a_build(folder, scratch):
            connection.execute(statement)
        return connection.execute("from raw.files").fetchall()


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (LINES, "makes no table `orders`"),
        (ORDERS.replace("max(customer)", "max(kunde)"), 'orders: Binder Error: .*"kunde"'),
        (ORDERS.replace(" as status", " as state_of_it"), "lacks the required column `status`"),
        (ORDERS + ORDERS, "makes `orders` twice"),
        (ORDERS.replace("view orders", "view sales"), "makes `sales`, which is no raw table"),
        (ORDERS + "select 1", "write each table as `create view orders as select …`"),
        (ORDERS.replace("select", "selct", 1), "mapping.sql: Parser Error"),
        (ORDERS.replace("%d/%m/%Y", "%Y"), "orders: Invalid Input Error"),
        (ORDERS + "; drop table x", "write each table as"),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path: Path, mapping: str, told: str) -> None:
    folder = write_shop(tmp_path / "raw", mapping)
    with pytest.raises(ReadingError, match=told):
        read_without_a_build(folder, tmp_path)
