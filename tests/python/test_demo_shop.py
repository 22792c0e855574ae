"""The demo shop that ships is the one that its generator writes."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.demo_shop.blemishes import FLAWS, Row, add_flaws
from examples.demo_shop.raw_files import write_demo_shop, write_seeds
from examples.demo_shop.seasons import END
from examples.demo_shop.simulation import live

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
SHOP = SEEDS / "demo_shop"
MOST_BYTES = 3_000_000
EMAIL = re.compile(r"[^\s,\"@]+@([^\s,\"@]+)")
EXAMPLE_DOMAIN = re.compile(r"(.+\.)?example(\.(com|net|org))?", re.IGNORECASE)
TIMESTAMP = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DELIBERATELY_LATER = {"2099-01-01T00:00:00Z", "2099-06-30T12:00:00Z"}


def read_shop(folder: Path) -> dict[str, str]:
    """Return the text of each compressed file by its path inside the folder."""
    return {
        path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes()).decode()
        for path in sorted(folder.rglob("*.csv.gz"))
    }


@pytest.fixture(scope="module")
def shipped() -> dict[str, str]:
    """Return the text of the shop's files in the repository."""
    return read_shop(SHOP)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder into which the generator has written the shop and its seeds."""
    seeds = tmp_path_factory.mktemp("seeds")
    write_demo_shop(seeds / "demo_shop", live())
    write_seeds(seeds)
    yield seeds


def test_generator_writes_what_ships(shipped: dict[str, str], written: Path) -> None:
    """The same files with the same text, whatever compressed them."""
    rewritten = read_shop(written / "demo_shop")
    assert list(rewritten) == list(shipped)
    assert [name for name in shipped if rewritten[name] != shipped[name]] == []


@pytest.mark.parametrize("seed", ["sale_calendar.csv", "shared_emails.csv"])
def test_generator_writes_its_seeds(seed: str, written: Path) -> None:
    """The sales and the shared addresses are those that the shop lived with."""
    assert (written / seed).read_text() == (SEEDS / seed).read_text()


def test_shop_is_small() -> None:
    """The shop adds little to a clone, and holds nothing that dbt would take for a seed."""
    files = [path for path in SHOP.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert {"".join(path.suffixes) for path in files} == {".csv.gz"}


def test_files_hold_no_time_of_writing() -> None:
    """The compressed files carry neither a time nor a name of their own."""
    headers = {path.read_bytes()[3:8] for path in SHOP.rglob("*.csv.gz")}
    assert headers == {bytes(5)}


def test_addresses_are_at_example_domains(shipped: dict[str, str]) -> None:
    """No email address can belong to anybody."""
    domains = {domain for text in shipped.values() for domain in EMAIL.findall(text)}
    assert domains
    assert [domain for domain in domains if not EXAMPLE_DOMAIN.fullmatch(domain)] == []


def test_shop_ends_with_its_last_day(shipped: dict[str, str]) -> None:
    """Nothing happens after the last day but what is wrong on purpose."""
    later = {
        moment
        for text in shipped.values()
        for moment in TIMESTAMP.findall(text)
        if moment >= END.strftime("%Y-%m-%dT%H:%M:%SZ")
    }
    assert later <= DELIBERATELY_LATER


def test_flaws_change_no_clean_row() -> None:
    """Flawed and repeated rows are added; the clean ones stay as they were, in their order."""
    rows: list[Row] = [{"refund_id": str(number), "amount": "1.00"} for number in range(50)]
    flawed = add_flaws("refunds", rows)
    assert len(flawed) == len(rows) + len(FLAWS["refunds"])
    assert [row for row in flawed if row in rows] == rows
