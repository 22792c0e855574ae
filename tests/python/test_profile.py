"""`segmentry profile` says which models and tests of the last build took longest."""

from pathlib import Path

import duckdb
import pytest

from segmentry.__main__ import main
from tests.python.published import Shop


@pytest.fixture
def shop(whole_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Return a copy of the demo shop's build, which the settings name."""
    shop = Shop.copy(whole_build, tmp_path, ["orders"])
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(shop.settings.warehouse))
    return shop


def change(shop: Shop, statement: str) -> None:
    with duckdb.connect(str(shop.settings.warehouse)) as connection:
        connection.execute(statement)


def test_the_slowest_stand_first_with_their_share(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    change(shop, "update build_log set seconds = 0")
    change(shop, "update build_log set seconds = 3 where node_name = 'int_orders'")
    change(shop, "update build_log set seconds = 1 where node_name = 'facts_reconcile_with_orders'")
    assert main(["profile", "--slowest", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["int_orders", "model", "3.00", "75", "%"]
    assert lines[2].split() == ["facts_reconcile_with_orders", "test", "1.00", "25", "%"]
    assert "models took 3.0 seconds, 75 % of the work." in "\n".join(lines)


def test_every_model_and_test_of_a_build_has_its_time(whole_build: Path) -> None:
    with duckdb.connect(str(whole_build), read_only=True) as connection:
        ((nodes, timed, longest),) = connection.execute(
            "select count(*), count(case when seconds > 0 then 1 end), max(seconds) "
            "from build_log where status <> 'not run' and resource_type <> 'seed'"
        ).fetchall()
    assert nodes > 300
    assert timed > 0.99 * nodes
    assert longest < 600


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("delete from build_log", "did not end"),
        ("update build_log set status = 'not run'", "did not end"),
        ("alter table build_log drop column seconds", "does not say how long"),
    ],
)
def test_without_a_whole_build_it_says_so(
    shop: Shop, capsys: pytest.CaptureFixture[str], statement: str, told: str
) -> None:
    change(shop, statement)
    assert main(["profile"]) == 1
    assert told in capsys.readouterr().err
