"""A seed is loaded as it is written, whatever its first rows look like."""

from pathlib import Path

import duckdb
import pytest

from tests.python.projects import copy_project, write_seed
from tests.python.warehouse import run_dbt

HEADER = (
    "source_system,account_id,email,other_source_system,other_account_id,other_email,"
    "accepted_on,note"
)
# With no other quote in the file, two apostrophes could be taken for an empty text in quotes.
APOSTROPHES = ["1", "''", "'0042'"]
# Ids as spreadsheets, tills and test databases write them.
IDS = [
    "''",
    "'0042'",
    "'0043",
    '"',
    'a "b" c',
    "a,b",
    "line\nfeed",
    "ü'",
    "null",
    " x ",
    "\\",
    "1;2\t3",
]


@pytest.mark.prove
@pytest.mark.parametrize("ids", [APOSTROPHES, IDS])
def test_ids_of_any_letters_are_loaded_as_they_are(tmp_path: Path, ids: list[str]) -> None:
    project = copy_project(tmp_path / "project")
    rows = [("web", name, "", "", "c1", "", "", "") for name in ids]
    write_seed(project, "identity_links", HEADER, rows)
    warehouse = tmp_path / "segmentry.duckdb"
    run_dbt(
        "seed", "--select=identity_links", raw_dir=None, warehouse=warehouse, project_dir=project
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("select account_id from identity_links").fetchall()
    assert found == [(name,) for name in ids]
