"""The pages of tables say what the published tables are."""

from pathlib import Path

import duckdb
import pytest

from segmentry.pages.contracts import MADE_UP_BY_TYPE, Contract, read_contracts, table_pages
from segmentry.pages.rendering import prose
from tests.python.compiled import CompiledProject
from tests.python.published import Shop


@pytest.fixture(scope="module")
def shop(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a shop that has published the demo."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("contracts"))
    shop.publish()
    return shop


@pytest.fixture(scope="module")
def contracts(shop: Shop, compiled_project: CompiledProject) -> list[Contract]:
    """Return the contracts, with the demo's examples."""
    return read_contracts(compiled_project.manifest, shop.settings.warehouse)


def test_contracts_are_what_is_published(shop: Shop, contracts: list[Contract]) -> None:
    folder = shop.published / "current"
    published = {
        (file, table): {"build_id"}
        for file in ("segmentry.duckdb", "contacts.duckdb")
        for (table,) in query(folder / file, "show tables")
    }
    assert {(contract.file, contract.table) for contract in contracts} == set(published)
    for contract in contracts:
        described = [
            (name, str(data_type).lower().replace(" ", ""))
            for name, data_type, *_ in query(folder / contract.file, f"describe {contract.table}")
        ]
        assert described[-1][0] == "build_id"
        # A seed may list its columns in another order.
        assert sorted(described[:-1]) == sorted(
            (column.name, column.data_type.replace(" ", "")) for column in contract.columns
        )
        assert (folder / contract.parquet).exists()


def test_what_is_never_null_never_is(shop: Shop, contracts: list[Contract]) -> None:
    for contract in contracts:
        never = [column.name for column in contract.columns if column.is_never_null]
        nulls = " or ".join(f"{name} is null" for name in never) or "false"
        file = shop.published / "current" / contract.file
        assert query(file, f"from {contract.table} where {nulls}") == []
    by_name = {
        (contract.table, column.name): column
        for contract in contracts
        for column in contract.columns
    }
    for table in ("segment_memberships", "segment_buyers"):
        for name in ("customer_id", "segment", "segment_value", "as_of_date", "reason"):
            assert by_name[table, name].is_never_null
        assert not by_name[table, "evidence_at"].is_never_null
    assert by_name["customer_facts", "customer_id"].is_never_null
    assert not by_name["customer_facts", "city"].is_never_null


def test_examples_show_no_one(shop: Shop, contracts: list[Contract]) -> None:
    facts = next(contract for contract in contracts if contract.table == "customer_facts")
    assert {column.name: column.example for column in facts.columns}["as_of_date"] == "2026-06-30"
    assert [column.name for column in facts.columns if not column.example] == []
    general = set(MADE_UP_BY_TYPE.values()) | {"orders", "email", "unsubscribed"}
    for contract in contracts:
        if not contract.is_personal:
            continue
        for column in contract.columns:
            assert column.example
            if column.example not in general and column.data_type == "varchar":
                assert not query(
                    shop.settings.warehouse,
                    f"from {contract.table} where {column.name} = '{column.example}' "
                    f"and '{column.name}' not in ('reason', 'conflict')",
                )


def test_without_a_build_there_are_no_examples(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    contracts = read_contracts(compiled_project.manifest, tmp_path / "none.duckdb")
    assert {
        column.example
        for contract in contracts
        if not contract.is_personal
        for column in contract.columns
    } == {""}


def test_every_column_stands_on_the_page(contracts: list[Contract]) -> None:
    pages = table_pages(contracts)
    for contract in contracts:
        page = f"{contract.heading.replace(' / ', '-')}.md"
        part = pages[f"tables/{page}"].partition(f"\n## `{contract.table}`\n")[2]
        part = part.partition("\n## ")[0]
        assert f"[`{contract.table}`]({page}#{contract.table})" in pages["tables/index.md"]
        assert contract.file in part
        for column in contract.columns:
            assert column.description
            assert f"| `{column.name}` | {column.data_type} |" in part
            assert prose(column.description) in part


def query(database: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query over a DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()
