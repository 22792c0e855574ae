"""A published folder may be damaged in any way: nothing else is lost, and every command says so."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from segmentry.__main__ import main
from segmentry.errors import RecordsError
from segmentry.records.log import read_log
from segmentry.records.versions import current_version, roll_back, versions
from tests.python.published import Shop
from tests.python.test_publish import FEW_TABLES

DAYS = [date(2026, 6, 28) + timedelta(days=number) for number in range(3)]
DATABASES = ("segmentry.duckdb", "contacts.duckdb")

Damage: TypeAlias = Callable[[Path], object]
Command: TypeAlias = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def published_shop(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a shop of three published days, with a build that may follow."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("damaged"), FEW_TABLES)
    for day in DAYS:
        shop.publish_next(day)
    shop.build_next(DAYS[-1] + timedelta(days=1))
    return shop


@pytest.fixture
def shop(published_shop: Shop, tmp_path: Path) -> Shop:
    """Return a copy of it that a test may damage."""
    folder = tmp_path / "shop"
    shutil.copytree(published_shop.published.parent, folder, symlinks=True)
    return published_shop.moved_to(folder)


def folders(published: Path) -> list[Path]:
    """Return the folders of the three versions, the earliest first."""
    return sorted(path for path in (published / "versions").iterdir() if path.name[0] != ".")


def torn(path: Path) -> None:
    """Leave the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def edit_manifest(folder: Path, **changes: object) -> None:
    """Change what a version says of itself; None takes a line out."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def edit_log(published: Path, edit: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of the log."""
    path = published / "log.jsonl"
    path.write_text("".join(edit(path.read_text().splitlines(keepends=True))))


def point_current(published: Path, target: str) -> None:
    """Point `current` elsewhere."""
    (published / "current").unlink()
    (published / "current").symlink_to(target)


def replace_current(published: Path, folder: bool) -> None:
    """Put a file or a copy of the version where the link was, as a backup without links does."""
    target = (published / "current").resolve()
    (published / "current").unlink()
    if folder:
        shutil.copytree(target, published / "current")
    else:
        (published / "current").write_text(target.name)


def remove_all(folder: Path) -> None:
    """Remove a folder with all it holds."""
    shutil.rmtree(folder)


def version(number: int, damage: Damage) -> Damage:
    """Return the damage of one version: 0 is the earliest, -1 the current one."""
    return lambda published: damage(folders(published)[number])


def of_file(name: str, damage: Damage) -> Damage:
    """Return the damage of one file of a folder."""
    return lambda folder: damage(folder / name)


def in_turn(*damages: Damage) -> Damage:
    """Return several damages as one."""
    return lambda path: [damage(path) for damage in damages]


# The log alone: versions say what it said.
LOG = {
    "log is missing": of_file("log.jsonl", Path.unlink),
    "log is empty": of_file("log.jsonl", lambda path: path.write_text("")),
    "log is torn": of_file("log.jsonl", torn),
    "log lost its end": lambda published: edit_log(published, lambda lines: lines[:1]),
    "log lost its beginning": lambda published: edit_log(published, lambda lines: lines[-1:]),
    "log lost its middle": lambda published: edit_log(published, lambda lines: lines[::2]),
    "log holds no JSON": of_file("log.jsonl", lambda path: path.write_text("{}\nhello\n[1]\n7\n")),
    "log is binary": of_file("log.jsonl", lambda path: path.write_bytes(b"\xff\x00\xfe\n" * 9)),
}
# An earlier version: readers and the next publish do not need it.
EARLIER = {
    "earlier manifest is missing": version(0, of_file("manifest.json", Path.unlink)),
    "earlier manifest is torn": version(0, of_file("manifest.json", torn)),
    "earlier version has no database": version(0, of_file(DATABASES[0], Path.unlink)),
    "earlier version is empty": version(0, in_turn(remove_all, Path.mkdir)),
    "a strange file among the versions": lambda published: (
        published / "versions" / "notes.txt"
    ).write_text("hello"),
    "a strange folder among the versions": lambda published: (
        published / "versions" / "copy of 20260628"
    ).mkdir(),
    "a draft of a killed publisher": lambda published: shutil.copytree(
        folders(published)[0], published / "versions" / ".20260101T000000-0123abcd"
    ),
}
# The current version, or the link to it: the next publish waits until one is current that is whole.
CURRENT = {
    "current is missing": of_file("current", Path.unlink),
    "current points nowhere": lambda published: point_current(published, "versions/gone"),
    "current points to a folder of others": lambda published: point_current(published, "/tmp"),
    "current points to the folder of versions": lambda published: point_current(
        published, "versions"
    ),
    "current is a file": lambda published: replace_current(published, folder=False),
    "current is a folder": lambda published: replace_current(published, folder=True),
    "current version is gone": version(-1, remove_all),
    "current manifest is missing": version(-1, of_file("manifest.json", Path.unlink)),
    "current manifest is empty": version(
        -1, of_file("manifest.json", lambda path: path.write_text(""))
    ),
    "current manifest is torn": version(-1, of_file("manifest.json", torn)),
    "current manifest is another's": version(
        -1, lambda folder: shutil.copy(folders(folder.parents[1])[0] / "manifest.json", folder)
    ),
    "current manifest lacks a line": version(
        -1, lambda folder: edit_manifest(folder, row_counts=None)
    ),
    "current manifest has a line of another type": version(
        -1, lambda folder: edit_manifest(folder, published_at=7)
    ),
    "current and log are missing": in_turn(
        of_file("current", Path.unlink), of_file("log.jsonl", Path.unlink)
    ),
}
STATES: dict[str, Damage] = {"missing": Path.unlink, "torn": torn}
# Files of the version that a roll-back would go to.
FILES = {
    f"{name} of the version before is {state}": version(-2, of_file(name, damage))
    for name in (*DATABASES, "parquet/customer_facts.parquet", "contacts/customer_contacts.parquet")
    for state, damage in STATES.items()
}


@pytest.fixture
def command(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return the command line of the shop: it gives its exit code and what it printed."""
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(shop.settings.warehouse))
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(shop.published))

    def call(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        output = capsys.readouterr()
        assert "Traceback" not in output.out + output.err
        assert (code == 1) == bool(output.err)
        return code, output.out + output.err

    return call


def files_of_versions(published: Path) -> dict[Path, bytes]:
    """Return every file of every version with what it holds."""
    return {
        path: path.read_bytes()
        for folder in folders(published)
        for path in (folder.rglob("*") if folder.is_dir() else [folder])
        if path.is_file()
    }


def use_every_command(shop: Shop, command: Command) -> None:
    """List, publish and go back; whatever comes out, no file of a version is lost."""
    before = files_of_versions(shop.published)
    command("versions")
    with suppress(RecordsError):
        shop.publish()
    command("roll-back")
    command("versions")
    assert before.items() <= files_of_versions(shop.published).items()


@pytest.mark.parametrize("damage", LOG.values(), ids=LOG.keys())
def test_the_log_is_written_anew(damage: Damage, shop: Shop, command: Command) -> None:
    stored = [folder.name for folder in folders(shop.published)]
    before = files_of_versions(shop.published)
    damage(shop.published)
    code, listed = command("versions")
    assert code == 0 and all(build_id in listed for build_id in stored)
    new = shop.publish()
    moves = [(entry.from_build, entry.to_build) for entry in read_log(shop.published).entries]
    assert moves == list(zip([None, *stored], [*stored, new.build_id], strict=True))
    for build_id in reversed(stored):
        assert roll_back(shop.published).build_id == build_id
    assert before.items() <= files_of_versions(shop.published).items()


@pytest.mark.parametrize("damage", EARLIER.values(), ids=EARLIER.keys())
def test_an_earlier_version_that_is_damaged_holds_nothing_up(
    damage: Damage, shop: Shop, command: Command
) -> None:
    damage(shop.published)
    before = files_of_versions(shop.published)
    code, _ = command("versions")
    assert code == 0
    assert shop.publish() == current_version(shop.published)
    assert before.items() <= files_of_versions(shop.published).items()
    use_every_command(shop, command)


@pytest.mark.parametrize("damage", CURRENT.values(), ids=CURRENT.keys())
def test_a_current_version_that_is_lost_is_told_with_the_way_back(
    damage: Damage, shop: Shop, command: Command
) -> None:
    damage(shop.published)
    before = files_of_versions(shop.published)
    code, listed = command("versions")
    whole = versions(shop.published)[-1].build_id
    assert code == 1 and f"make roll-back BUILD={whole}" in listed
    with pytest.raises(RecordsError, match=f"make roll-back BUILD={whole}"):
        shop.publish()
    use_every_command(shop, command)
    link = shop.published / "current"
    if (link.exists() and not link.is_symlink()) or link.resolve() == Path("/tmp"):
        assert "Move it away" in listed
    if link.exists() or link.is_symlink():
        link.rename(shop.published / "moved away")
    code, _ = command("roll-back", whole)
    assert code == 0
    shop.build_next(DAYS[-1] + timedelta(days=1))
    assert shop.publish().manifest.replaced == whole
    assert before.items() <= files_of_versions(shop.published).items()


@pytest.mark.parametrize("damage", FILES.values(), ids=FILES.keys())
def test_readers_are_not_led_to_a_version_that_is_not_whole(
    damage: Damage, shop: Shop, command: Command
) -> None:
    current = current_version(shop.published)
    damage(shop.published)
    code, told = command("roll-back")
    name = folders(shop.published)[-2].name
    assert code == 1 and name in told and ("lost" in told or "damaged" in told)
    assert current_version(shop.published) == current
    earliest = folders(shop.published)[0].name
    code, _ = command("roll-back", earliest)
    assert code == 0
