"""Every statement and command of the page of recipes, run on the published demo shop."""

import csv
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import chdir
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from segmentry.records.suppressions import FILE, leave_suppressions
from tests.python.published import Shop
from tests.python.warehouse import ROOT

PAGE = ROOT / "orchestration" / "syncs" / "RECIPES.md"
BLOCK = re.compile(r"^#+ ([^\n]+)$|^```(sql|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROFILES = "published/current/contacts/activation_profiles.parquet"
# The header names of each upload, and the segment that it is of.
UPLOADS = {
    "Klaviyo": (
        "one_timers",
        "Email,First Name,Last Name,Orders,Net revenue,Last order,Favourite category",
    ),
    "Mailchimp": ("coupon_lovers", "Email Address,First Name,Last Name,Orders,Last Order"),
    "SendGrid": (
        "loyal_customers",
        "email,first_name,last_name,orders,net_revenue,monetary_score",
    ),
    "Customer.io": (
        "idle_customers",
        "email,first_name,phone,order_count,last_order_at,last_add_to_cart_at",
    ),
}


def read_blocks() -> dict[tuple[str, str], list[str]]:
    """Return the blocks of the page by section and language."""
    section, found = "", dict[tuple[str, str], list[str]]()
    for heading, language, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        section = heading or section
        if language:
            found.setdefault((section, language), []).append(code)
    return found


BLOCKS = read_blocks()


class Published:
    """A folder in which `published` stands, with people who withdrew since.

    Attributes:
        folder: where commands run.
    """

    def __init__(self, folder: Path) -> None:
        """Take a folder with a published version."""
        self.folder = folder
        self.withdrawn: set[str] = set()

    def withdraw(self, *addresses: str) -> None:
        """Leave addresses as a build does whose publish is refused."""
        self.withdrawn |= set(addresses)
        written = self.folder / "written.parquet"
        with duckdb.connect() as connection:
            connection.execute("create table noes (email varchar, reason varchar, as_of_date date)")
            connection.executemany(
                "insert into noes values (?, 'unsubscribed', ?)",
                [(address, date(2026, 7, 1)) for address in sorted(self.withdrawn)],
            )
            connection.execute(f"copy noes to '{written}' (format parquet)")
        assert leave_suppressions(written, self.folder / "published") == ""

    def shell(self, command: str) -> None:
        """Run a command of the page, with the project's Python."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-eu", "-c", command],
            cwd=self.folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def query(self, *statements: str) -> list[dict[str, object]]:
        """Return the rows of the last of some statements of the page."""
        with chdir(self.folder), duckdb.connect() as connection:
            for statement in statements:
                result = connection.execute(statement)
            columns = [column for column, *_ in result.description]
            return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def members(self, segment: str) -> set[str]:
        """Return who is in a segment and may be written to."""
        rows = self.query(
            f"select email from read_parquet('{PROFILES}') "
            f"where list_contains(segments, '{segment}')"
        )
        return {str(row["email"]) for row in rows} - self.withdrawn

    def read_csv(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a file that only its owner may read."""
        path = self.folder / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def published(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Return a published demo shop; of each segment on the page, two have withdrawn since."""
    shop = Shop.copy(
        whole_build,
        tmp_path_factory.mktemp("recipes"),
        ("activation_profiles", "customer_contacts", "customer_facts"),
    )
    shop.publish()
    published = Published(shop.published.parent)
    named = {segment for segment, _ in UPLOADS.values()}
    published.withdraw(
        *(one for name in sorted(named) for one in sorted(published.members(name))[:2])
    )
    return published


def emails(rows: Sequence[dict[str, object]]) -> set[str]:
    """Return the addresses of rows, each of which has another."""
    found = {str(row["email"]) for row in rows}
    assert len(found) == len(rows)
    return found


def test_all_blocks_are_tried_here() -> None:
    assert Counter({place: len(blocks) for place, blocks in BLOCKS.items()}) == {
        ("What is the same for all", "sql"): 1,
        ("A warehouse", "sh"): 1,
        ("A warehouse", "sql"): 1,
        ("Hightouch", "sql"): 1,
        ("Census", "sql"): 1,
        ("drt", "sql"): 1,
        **{(platform, "sh"): 1 for platform in UPLOADS},
        ("Who left", "sh"): 2,
    }


def test_all_profiles_but_of_those_who_withdrew(published: Published) -> None:
    (statement,) = BLOCKS["What is the same for all", "sql"]
    rows = published.query(statement)
    everybody = emails(published.query(f"select email from read_parquet('{PROFILES}')"))
    assert published.withdrawn < everybody
    assert emails(rows) == everybody - published.withdrawn
    assert (published.folder / "published" / FILE).exists()


@pytest.fixture(scope="module")
def loaded(published: Published) -> list[str]:
    """Return the statements that load the two tables, of the files that the page writes."""
    (export,) = BLOCKS["A warehouse", "sh"]
    published.shell(export)
    for name in ("profiles", "profile_segments"):
        path = published.folder / "to_warehouse" / f"{name}.parquet"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (load,) = BLOCKS["A warehouse", "sql"]
    return [f"{statement};" for statement in load.split(";") if statement.strip()]


def test_a_warehouse_gets_flat_columns(published: Published, loaded: list[str]) -> None:
    kinds = {
        str(row["column_name"]): str(row["column_type"])
        for row in published.query(*loaded, "describe profiles")
    }
    assert not kinds.keys() & {"traits", "segments", "build_id"}
    assert len(kinds) == 25
    assert {kinds["order_count"], kinds["last_order_at"], kinds["phone"]} == {
        "BIGINT",
        "TIMESTAMP",
        "VARCHAR",
    }
    for table in ("profiles", "profile_segments"):
        found = published.query(*loaded, f"select distinct email from {table}")
        assert not emails(found) & published.withdrawn


@pytest.mark.parametrize(
    ("tool", "segment"), [("Hightouch", "idle_customers"), ("Census", "loyal_customers")]
)
def test_a_hosted_tool_gets_the_members(
    published: Published, loaded: list[str], tool: str, segment: str
) -> None:
    (model,) = BLOCKS[tool, "sql"]
    rows = published.query(*loaded, model)
    assert emails(rows) == published.members(segment)
    assert len(rows) > 20


def test_drt_gets_the_members(published: Published) -> None:
    (model,) = BLOCKS["drt", "sql"]
    rows = published.query(model)
    assert emails(rows) == published.members("idle_customers")
    assert "phone" not in rows[0]


@pytest.mark.parametrize("platform", UPLOADS)
def test_a_file_has_the_names_of_the_platform(published: Published, platform: str) -> None:
    segment, header = UPLOADS[platform]
    (command,) = BLOCKS[platform, "sh"]
    published.shell(command)
    rows = published.read_csv(f"{platform.lower().replace('.', '')}.csv")
    assert ",".join(rows[0]) == header
    key = header.split(",")[0]
    assert {row[key] for row in rows} == published.members(segment)
    assert len({row[key] for row in rows}) == len(rows) > 10


def test_dates_and_phone_numbers_of_files(published: Published) -> None:
    for platform in UPLOADS:
        published.shell(BLOCKS[platform, "sh"][0])
    for name, column, written in (
        ("klaviyo", "Last order", "%Y-%m-%d %H:%M:%S"),
        ("mailchimp", "Last Order", "%Y-%m-%d"),
        ("customerio", "last_order_at", "%Y-%m-%dT%H:%M:%SZ"),
    ):
        texts = [row[column] for row in published.read_csv(f"{name}.csv") if row[column]]
        assert [datetime.strptime(text, written).strftime(written) for text in texts] == texts
    phones = {row["email"]: row["phone"] for row in published.read_csv("customerio.csv")}
    agreed = published.query(
        f"select email, phone from read_parquet('{PROFILES}') where phone is not null"
    )
    known = {str(row["email"]): str(row["phone"]) for row in agreed}
    assert {email: phone for email, phone in phones.items() if phone} == {
        email: phone for email, phone in known.items() if email in phones
    }
    assert any(phones.values())


def test_who_left_since_the_last_upload(published: Published) -> None:
    (export,) = BLOCKS["Klaviyo", "sh"]
    put_aside, compare = BLOCKS["Who left", "sh"]
    published.shell(export)
    published.shell(put_aside)
    leaver = sorted(published.members("one_timers"))[0]
    published.withdraw(leaver)
    published.shell(export)
    published.shell(compare)
    assert published.read_csv("klaviyo_left.csv") == [{"Email": leaver}]
