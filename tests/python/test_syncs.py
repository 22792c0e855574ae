"""Files of syncs: what is taken, what is told of the others, and the commands on them."""

import json
import os
from pathlib import Path

import duckdb
import pytest

from segmentry.__main__ import main
from segmentry.activation.command import SYNCS
from segmentry.activation.config import json_schema, read_sync, read_syncs
from segmentry.activation.errors import SyncError
from segmentry.simulators.klaviyo import KlaviyoSimulator
from tests.python.activation_shop import ActivationShop, people

SYNC = """
platform: klaviyo
credentials: {{api_key: KLAVIYO_KEY}}
base_url: {base_url}
audiences:
  - id: {audience}
    segments: [one_timers]
properties:
  Orders: order_count
  first_name: first_name
"""


# Of a sync that holds everybody out.
HOLDOUT = """
holdout:
  name: lift
  share: 1.0
  starts_on: 2026-07-01
  ends_on: 2026-07-31
  outcome_days: 30
"""


def test_the_examples_can_be_read_and_are_off() -> None:
    syncs = read_syncs(SYNCS)
    assert {sync.platform for sync in syncs.values()} == {
        "klaviyo",
        "mailchimp",
        "sendgrid",
        "customerio",
        "files",
    }
    assert not any(sync.enabled for sync in syncs.values())


def test_editors_have_the_schema_of_now() -> None:
    assert (SYNCS / "sync.schema.json").read_text() == json_schema()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "platform: klaviyo",
            "platform: pigeon",
            "sync.yml:2: platform: Input should be 'klaviyo'",
        ),
        ("{{api_key: KLAVIYO_KEY}}", "{{key: KLAVIYO_KEY}}", "credentials of klaviyo are api_key"),
        ("[one_timers]", "[One Timers]", "sync.yml:7: audiences.0.segments.0: String should match"),
        ("segments: [one_timers]", "", "sync.yml:6: audiences.0: say who is in it, in one way"),
        ("[one_timers]", "[one_timers]\n    everyone: true", "say who is in it, in one way"),
        ("order_count", "days_since_last_order", "changes with every day"),
        ("order_count", "age_years", "send the date"),
        ("Orders: order_count", "Orders: ''", "sync.yml:9: properties.Orders: String should have"),
        ("properties:", "proprties:", "sync.yml:8: proprties: Extra inputs are not permitted"),
        ("[one_timers]", "[one_timers", "is no YAML"),
        (
            "properties:",
            f"{HOLDOUT}properties:",
            "sync.yml:11: holdout.share: Input should be less",
        ),
        (
            "properties:",
            f"{HOLDOUT}properties:".replace("2026-07-31", "2026-06-01").replace(": 1.0", ": 0.1"),
            "sync.yml:9: holdout: ends_on, 2026-06-01, is before starts_on, 2026-07-01",
        ),
        (
            "properties:",
            "priority: {{group: mail, rank: 0}}\nproperties:",
            "sync.yml:8: priority.rank: Input should be greater",
        ),
        (
            "properties:",
            "max_deliveries: {{count: 3, days: 91}}\nproperties:",
            "sync.yml:8: max_deliveries.days: Input should be less",
        ),
        ("[one_timers]", "[one_timers]\n  - {{id: x, everyone: true}}", "stands here twice: x"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "sync.yml"
    assert old in SYNC
    text = SYNC.replace(old, new).format(base_url="http://127.0.0.1", audience="x")
    path.write_text(text)
    with pytest.raises(SyncError) as error:
        read_sync(path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_file_and_one_that_is_no_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(SyncError, match="There is no sync at"):
        read_sync(tmp_path / "none.yml")
    (tmp_path / "bytes.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SyncError, match="can't be read as text"):
        read_sync(tmp_path / "bytes.yml")
    (tmp_path / "empty.yml").write_text("")
    with pytest.raises(SyncError, match=r"empty\.yml:1: Input should be a valid dictionary"):
        read_sync(tmp_path / "empty.yml")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ActivationShop:
    """Return a shop that commands find in the environment."""
    made = ActivationShop(tmp_path)
    made.publish(people(20))
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "syncs").mkdir()
    return made


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it printed."""
    mask = os.umask(0o077)
    try:
        code = main(arguments)
    finally:
        os.umask(mask)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_sync_from_plan_to_status(
    shop: ActivationShop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with KlaviyoSimulator() as simulator:
        monkeypatch.setenv("KLAVIYO_KEY", simulator.api_key)
        audience = simulator.add_list("Welcome")
        text = SYNC.format(base_url=simulator.base_url, audience=audience)
        (shop.folder / "syncs" / "welcome.yml").write_text(text)

        code, printed, _ = command(capsys, "plan", "welcome", "--json")
        assert code == 0
        assert json.loads(printed)["audiences"][audience]["add"] == 20
        code, printed, _ = command(capsys, "apply", "welcome")
        assert code == 0
        assert "succeeded: 20 added" in printed
        assert len(simulator.members_of(audience)) == 20

        simulator.refused["person20@shop.example"] = "person20@shop.example is a trap"
        shop.publish(people(21))
        assert command(capsys, "plan", "welcome")[0] == 0
        code, printed, told = command(capsys, "apply", "welcome")
        assert code == 3
        assert "1 rejected" in printed
        assert "person20" not in printed + told

        shop.publish(people(4))
        code, printed, _ = command(capsys, "plan", "welcome")
        assert code == 1
        assert "would lose 16 of 20" in printed
        code, _, told = command(capsys, "apply", "welcome")
        assert code == 1
        assert "--allow-removals" in told
        assert command(capsys, "apply", "welcome", "--allow-removals")[0] == 0

        code, printed, _ = command(capsys, "status", "welcome", "--json")
        assert code == 0
        assert [run["status"] for run in json.loads(printed)["runs"]][-2:] == [
            "rejected",
            "succeeded",
        ]
        assert command(capsys, "reconcile", "welcome")[0] == 0
        assert command(capsys, "pull-suppressions", "welcome")[0] == 0
        assert "welcome" in command(capsys, "syncs")[1]


def test_an_export_holds_everybody_who_may_be_written_to(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "syncs" / "sheet.yml").write_text(
        "platform: files\naudiences:\n  - {id: all, everyone: true}\n"
        "properties: {orders: order_count, revenue: net_revenue, first_name: first_name}\n"
    )
    shop.withdraw("person3@shop.example")
    code, printed, _ = command(capsys, "apply", "sheet")
    assert code == 0
    assert "all: 19 written" in printed
    files = shop.folder / "state_exports" / "sheet"
    for name in ("all.csv", "all.parquet"):
        rows = duckdb.sql(f"select * from '{files / name}' order by email").fetchall()
        assert len(rows) == 19
        assert rows[0] == ("person0@shop.example", 1, 10.5, "Name 0")
        assert "person3@shop.example" not in {row[0] for row in rows}


def test_unknown_syncs_and_missing_credentials_are_told(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SYNC.format(base_url="http://127.0.0.1:9", audience="x")
    (shop.folder / "syncs" / "welcome.yml").write_text(text)
    code, _, told = command(capsys, "plan", "welcom")
    assert code == 1
    assert "Is welcome meant?" in told
    command(capsys, "plan", "welcome")
    code, _, told = command(capsys, "apply", "welcome")
    assert code == 1
    assert "KLAVIYO_KEY, which the environment does not hold" in told
