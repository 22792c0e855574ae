"""The page of contracts says what the published tables are."""

from pathlib import Path

import duckdb
import pytest

from segmentry.pages.contracts import MADE_UP_BY_TYPE, PAGES, Contract, read_contracts, render
from tests.python.pages import assert_sound_and_silent
from tests.python.published import Shop
from tests.python.warehouse import ROOT


@pytest.fixture(scope="module")
def shop(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a shop that has published the demo."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("contracts"))
    shop.publish()
    return shop


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return dbt's own folder; what it read of the project once, it needs not read again."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def contracts(shop: Shop, target: Path) -> list[Contract]:
    """Return the contracts, with the demo's examples."""
    return read_contracts(ROOT, target, shop.settings.warehouse)


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


def test_without_a_build_there_are_no_examples(target: Path) -> None:
    contracts = read_contracts(ROOT, target, target / "none.duckdb")
    assert {
        column.example
        for contract in contracts
        if not contract.is_personal
        for column in contract.columns
    } == {""}


@pytest.mark.parametrize("page", PAGES)
def test_every_column_stands_on_the_page(contracts: list[Contract], page: str) -> None:
    text = render(contracts, page)
    for contract in contracts:
        part = text.partition(f'id="{contract.table}"')[2].partition(' id="')[0]
        assert contract.file in part
        for column in contract.columns:
            assert column.name in part
            assert column.description


def test_the_page_is_sound_and_calls_nobody(contracts: list[Contract]) -> None:
    assert_sound_and_silent(render(contracts, "contracts.html"))


def query(database: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query over a DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()
