"""Who looks alike is suggested, and nobody is joined until somebody accepts it."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from segmentry.identity.phones import phone_number
from tests.python.compiled import CompiledProject
from tests.python.conftest import PROVE
from tests.python.projects import shared_accounts, shared_emails
from tests.python.reference.clock import clock_of
from tests.python.reference.likeness import identity_suggestions
from tests.python.reference.reading import read_raw
from tests.python.reference.settings import Settings
from tests.python.reference.shop import open_shop
from tests.python.reference.staging import stage

Row = dict[str, str]
SETTINGS = Settings(
    as_of="2026-06-30",
    run_started_at=datetime(2026, 7, 1, tzinfo=UTC),
    shared_emails=shared_emails(),
    shared_accounts=shared_accounts(),
)
SEEDS = range(40) if PROVE else range(3)
PEOPLE = 200
CROWD = 10_000
SIDES = ("source_system", "account_id", "email")
LINK_COLUMNS = [*SIDES, *(f"other_{name}" for name in SIDES)]
CUSTOMER = (
    *("source_system", "customer_id", "email", "phone", "first_name", "last_name"),
    *("country_code", "city", "postal_code", "birth_date", "created_at"),
)
ORDER = (
    *("source_system", "order_id", "customer_id", "email", "ordered_at", "status", "currency"),
    *("subtotal_amount", "country_code", "city", "postal_code", "is_test"),
)
SOLD = {"status": "completed", "currency": "USD", "subtotal_amount": "5"}
ANNA = {"first_name": "Anna", "last_name": "Berg", "email": "anna.berg@gmail.com"}


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Write a CSV file of some columns, empty where a row has none."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_raw(folder: Path, customers: Sequence[Row], orders: Sequence[Row] = ()) -> Path:
    """Write a raw folder of customers, who are numbered, and orders."""
    folder.mkdir()
    numbered = [{"customer_id": f"c{number}", **row} for number, row in enumerate(customers)]
    sold = [
        {"order_id": f"o{number}", "ordered_at": "2026-06-01 10:00:00", **SOLD, **row}
        for number, row in enumerate(orders)
    ]
    write_table(folder / "customers.csv", CUSTOMER, numbered)
    write_table(folder / "orders.csv", ORDER, sold)
    return folder


class Suggesting:
    """Builds of raw folders, up to what is suggested and what is said of the seed of links."""

    def __init__(self, project: CompiledProject, folder: Path) -> None:
        self._project = project
        self._folder = folder
        self._builds = 0

    @contextmanager
    def build(
        self, raw_dir: Path, links: Sequence[Mapping[str, Any]] = ()
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Build a raw folder, with some accepted links."""
        self._builds += 1
        folder = self._folder / f"build_{self._builds}"
        folder.mkdir()
        seed = folder / "identity_links.csv"
        write_table(seed, [*LINK_COLUMNS, "accepted_on", "note"], links)
        models = (
            *("identity_suggestions", "identity_map", "int_written_ids", "accepted_links_join"),
            "accepted_links_name_two_identifiers",
        )
        with self._project.build(raw_dir, folder, models, {"identity_links": seed}) as connection:
            yield connection

    def evidence(self, customers: Sequence[Row], orders: Sequence[Row] = ()) -> dict[str, float]:
        """Return the scores of what is suggested, by pair and evidence."""
        raw_dir = write_raw(self._folder / f"raw_{self._builds}", customers, orders)
        with self.build(raw_dir) as connection:
            return {
                f"{one} {other}: {evidence}": score
                for one, other, evidence, score in connection.execute(
                    "select customer_id, other_customer_id, evidence, score "
                    "from identity_suggestions order by all"
                ).fetchall()
            }


@pytest.fixture
def suggesting(compiled_project: CompiledProject, tmp_path: Path) -> Suggesting:
    """Return builds below a folder of the test."""
    return Suggesting(compiled_project, tmp_path)


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query by the names of its columns."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def drawn_shop(random: Random) -> tuple[list[Row], list[Row]]:
    """Draw people of whom many have something in common, some of it written another way."""

    def some(share: float, *values: str) -> str:
        return random.choice(values) if random.random() < share else ""

    def slipped(text: str) -> str:
        place = random.randrange(len(text))
        return random.choice(
            [
                text,
                text[:place] + text[place + 1 :] or text,
                text[:place] + random.choice("abn7") + text[place:],
                text[:place] + random.choice("abn7") + text[place + 1 :],
                text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
            ]
        )

    def address() -> str:
        local_part = random.choice(
            ["anna.berg", "annaberg", "anna.berg+news", "j.doe1990", "joan-doe", "bo", "..", "+x"]
        )
        domain = random.choice(["gmail.com", "gmail.com", "gmx.de", "mail.example"])
        return f"{slipped(local_part)}@{slipped(domain)}"

    def phone() -> str:
        last = random.randrange(100, 112)
        return random.choice(
            [
                *(f"(212) 555-0{last}", f"+1 212 555 0{last}", f"2125550{last}"),
                *(f"+49 30 5550{last}", f"030 5550{last}", f"0049 (0)30 5550{last}"),
                *(f"1-212-555-0{last} ext. 7", f"555 0{last}", f"1 800 FLOWE{last}"),
            ]
        )

    def place() -> Row:
        return {
            "country_code": some(0.6, "US", "DE"),
            "postal_code": some(0.5, "10115", "10 115", "SW1A 1AA", "sw1a-1aa", "-", "7", "8"),
            "city": some(0.5, "Köln", "KOLN", "Berlin", "New York"),
        }

    customers = [
        {
            "source_system": some(0.3, "web"),
            "email": some(0.8, address()),
            "phone": some(0.6, phone(), "no phone", "+3531234567", "1-800-FLOWERS", "01 234567"),
            "first_name": some(
                0.8,
                *("Anna", "ANNA", "Anna Maria", "Ánna", "A.", "Joan", "j", "😀", "Bo-Li", "Bo"),
                *("Zoë", "ZOE", " zoe", "Çem", "cem", "李", "Ivo", "Jo", "Eva", "Éva"),
            ),
            "last_name": some(0.8, "Berg", "berg", "Bérg ", "O'Neil", "ONeil", "李", "Doe", "Li"),
            "birth_date": some(0.4, "1990-01-01", "1990-01-02", "1970-01-01", "1900-01-01"),
            "created_at": some(0.2, "2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z"),
            **place(),
        }
        for _ in range(PEOPLE)
    ]
    # Every other one is somebody again, with some of it filled in anew.
    for one, again in zip(customers[::2], customers[1::2], strict=True):
        again.update({name: one[name] for name in one if random.random() < 0.7})
    orders = [
        {
            "source_system": some(0.3, "web"),
            "customer_id": some(0.4, f"c{random.randrange(PEOPLE)}", "guest"),
            "email": some(0.7, address()),
            "ordered_at": random.choice(["2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z"]),
            "is_test": some(0.2, "true"),
            **place(),
        }
        for _ in range(PEOPLE)
    ]
    return customers, orders


@pytest.mark.parametrize("seed", SEEDS)
def test_suggestions_are_those_of_comparing_all_with_all(
    seed: int, suggesting: Suggesting, tmp_path: Path
) -> None:
    raw_dir = write_raw(tmp_path / "raw", *drawn_shop(Random(seed)))
    clock = clock_of(SETTINGS)
    shop = open_shop(stage(read_raw(raw_dir), SETTINGS, clock), SETTINGS, clock)
    with suggesting.build(raw_dir) as connection:
        found = rows_of(connection, "select * from identity_suggestions")
    expected = identity_suggestions(shop)
    assert len(expected) > PEOPLE / 20
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_a_family_is_no_person(suggesting: Suggesting) -> None:
    home = {"phone": "(212) 555-0101", "postal_code": "10001", "last_name": "Berg"}
    family = [{**home, "first_name": name} for name in ("Anna", "Bo", "Cy")]
    assert suggesting.evidence(family) == {}
    assert suggesting.evidence([*family, {**home, "first_name": "A."}]) == {
        "c0 c3: same phone, same postal code": 0.76
    }


def test_twins_are_two(suggesting: Suggesting) -> None:
    twin = {"phone": "(212) 555-0101", "last_name": "Berg", "birth_date": "1990-02-03"}
    assert suggesting.evidence([{**twin, "first_name": "Anna"}, {**twin, "first_name": "Bo"}]) == {}


def test_a_father_and_a_son_of_one_name_are_two(suggesting: Suggesting) -> None:
    berg = {"first_name": "Bo", "last_name": "Berg", "postal_code": "10001"}
    born = [{**berg, "birth_date": day} for day in ("1960-02-03", "1990-02-03")]
    assert suggesting.evidence(born) == {}


@pytest.mark.parametrize(
    "email",
    [
        *("annaberg@gmail.com", "Anna.Berg+news@gmail.com", "an.na.b.erg@gmail.com"),
        *("ana.berg@gmail.com", "annna.berg@gmail.com", "amna.berg@gmail.com"),
        *("anan.berg@gmail.com", "anna.berg@gmial.com", "anna.berg@gmail.con"),
        *("anna-berg@gmail.com", "anna.berg@gmail.co"),
    ],
)
def test_an_address_written_another_way_is_seen(email: str, suggesting: Suggesting) -> None:
    place = {"postal_code": "10001"}
    found = suggesting.evidence([{**ANNA, **place}, {**place, "email": email}])
    assert found, email


@pytest.mark.parametrize(
    "email",
    [
        *("hanna.berg@gmail.com", "nana.berg@gmail.com", "anna.berg1@gmail.com"),
        *("an.berg@gmail.com", "annaberrgg@gmail.com", "anna.berg@gmx.net", "anna.berg@mail.com"),
    ],
)
def test_another_address_is_another(email: str, suggesting: Suggesting) -> None:
    """The first letter, a digit, two slips, another provider."""
    place = {"postal_code": "10001"}
    assert suggesting.evidence([{**ANNA, **place}, {**place, "email": email}]) == {}


def test_digits_number_people(suggesting: Suggesting) -> None:
    customers = [
        {"email": f"customer{number}@mail.example", "postal_code": "10001"} for number in range(300)
    ]
    assert suggesting.evidence(customers) == {}


@pytest.mark.parametrize("crowd", [20, 21])
def test_what_many_share_says_nothing(crowd: int, suggesting: Suggesting) -> None:
    """Twenty people of one phone are compared with each other, one more with nobody."""
    customers = [
        {**ANNA, "email": "", "phone": "(212) 555-0101", "postal_code": str(10000 + number)}
        for number in range(crowd)
    ]
    assert len(suggesting.evidence(customers)) == (190 if crowd == 20 else 0)


def test_a_call_centre_costs_nothing(suggesting: Suggesting, tmp_path: Path) -> None:
    """Ten thousand people of one phone, name, city and local part are no pair to compare."""
    shared = {"phone": "(212) 555-0101", "first_name": "Anna", "last_name": "Berg", "city": "Reno"}
    customers = [{**shared, "email": f"annaberg@mail{n}.example"} for n in range(CROWD)]
    with suggesting.build(write_raw(tmp_path / "raw", customers)) as connection:
        assert rows_of(connection, "select * from int_likeness_pairs") == []
        assert rows_of(connection, "select count(*) as texts from int_phone_numbers") == [
            {"texts": 1}
        ]


def test_only_numbers_that_another_may_have_are_read(
    suggesting: Suggesting, tmp_path: Path
) -> None:
    phones = ["(212) 555-0101", "2125550102", "+1 212 555-0102", "212 555 0103 x5", "none", "12"]
    raw_dir = write_raw(tmp_path / "raw", [{"phone": phone} for phone in [*phones, phones[0]]])
    with suggesting.build(raw_dir) as connection:
        found = rows_of(connection, "select phone, phone_number from int_phone_numbers")
    assert {row["phone"]: row["phone_number"] for row in found} == {
        "(212) 555-0101": "+12125550101",
        "2125550102": "+12125550102",
        "+1 212 555-0102": "+12125550102",
        "212 555 0103 x5": "+12125550103",
        "none": None,
        "12": None,
    }


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("030 1234567", "DE", "+49301234567"),
        ("030 1234567", "US", None),
        ("+49 (0)30 1234567", "US", "+49301234567"),
        ("٠٣٠١٢٣٤٥٦٧", "DE", "+49301234567"),
        ("+1 555 0100", "US", None),
        ("😀", "US", None),
        ("", "US", None),
        ("1" * 300, "US", None),
        (None, "US", None),
        ("212 555 0101", "XX", None),
    ],
)
def test_phones_are_read_as_people_write_them(
    text: str | None, country: str, expected: str | None
) -> None:
    assert phone_number(text, country) == expected


def test_nobody_is_joined_by_a_suggestion(compiled_project: CompiledProject) -> None:
    """What is alike is read by suggestions alone, and these by nobody."""
    manifest = compiled_project.manifest
    alike = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and ("likeness" in node["fqn"] or node["name"] == "identity_suggestions")
    }
    assert len(alike) > 2
    for name in alike:
        readers = {child for child in manifest["child_map"][name] if child.startswith("model.")}
        assert readers <= alike, name


def persons_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return whose each account and address is."""
    return dict(connection.execute("select identifier, customer_id from identity_map").fetchall())


def test_an_accepted_suggestion_joins_and_one_taken_back_splits(
    suggesting: Suggesting, tmp_path: Path
) -> None:
    """A row of suggestions is a row of the seed as it stands: of accounts, or of guests."""
    phone = {"phone": "(212) 555-0101"}
    customers = [{**ANNA, **phone}, {**ANNA, **phone, "email": "a@mail.example"}]
    orders = [
        {"email": "ana.berg@gmail.com", "postal_code": "10001"},
        {"email": "bo.smith@gmail.com", "postal_code": "10001"},
        {"email": "bosmith@gmail.com"},
        {"customer_id": "c0", "postal_code": "10001"},
    ]
    raw_dir = write_raw(tmp_path / "raw", customers, orders)
    with suggesting.build(raw_dir) as connection:
        apart = persons_of(connection)
        links = rows_of(connection, f"select {', '.join(LINK_COLUMNS)} from identity_suggestions")
    assert len(set(apart.values())) == 5
    assert {tuple(link[name] or "" for name in LINK_COLUMNS) for link in links} == {
        ("", "c0", "", "", "c1", ""),
        ("", "c0", "", "", "", "ana.berg@gmail.com"),
        ("", "", "bo.smith@gmail.com", "", "", "bosmith@gmail.com"),
    }
    accepted = [{**link, "accepted_on": "2026-07-09"} for link in links]
    with suggesting.build(raw_dir, accepted) as connection:
        joined = persons_of(connection)
        assert rows_of(connection, "select * from identity_suggestions") == []
        assert rows_of(connection, "select * from accepted_links_join") == []
        assert rows_of(connection, "select * from accepted_links_name_two_identifiers") == []
        told = rows_of(
            connection,
            "select written_id, linked_in, link_account_id, link_email, cast(linked_at as varchar) "
            "as linked_at from int_written_ids where written_id = 'c1'",
        )
    assert len(set(joined.values())) == 2
    assert joined["c0"] == joined["c1"] == joined["ana.berg@gmail.com"]
    assert told == [
        {
            "written_id": "c1",
            "linked_in": "identity_links",
            "link_account_id": "c0",
            "link_email": None,
            "linked_at": "2026-07-09 00:00:00",
        }
    ]
    with suggesting.build(raw_dir) as connection:
        assert persons_of(connection) == apart


def test_links_that_join_nobody_are_told_without_addresses(
    suggesting: Suggesting, tmp_path: Path
) -> None:
    customers = [{"email": f"one{number}@mail.example"} for number in range(60)]
    customers += [{"email": "till@mail.example"} for _ in range(11)]
    raw_dir = write_raw(tmp_path / "raw", customers)
    links = [
        {"account_id": "c1", "other_account_id": "gone"},
        {"account_id": "c2", "other_email": "gone@mail.example"},
        {"account_id": "c3", "other_email": "till@mail.example"},
        {"account_id": "c3", "other_source_system": "web", "other_account_id": "c4"},
        {"account_id": "c5", "other_account_id": "c6"},
        *({"account_id": "c7", "other_account_id": f"c{number}"} for number in range(8, 58)),
    ]
    with suggesting.build(raw_dir, links) as connection:
        found = rows_of(connection, "select * from accepted_links_join order by finding")
        persons = persons_of(connection)
    assert persons["c5"] == persons["c6"]
    assert persons["c7"] == "c7"
    told = {row["finding"] for row in found}
    start = "The seed identity_links does not join "
    assert {text for text in told if "max_accounts_per_person" not in text} == {
        f"{start}c1 and gone: gone is in no row before the day that is built.",
        f"{start}c2 and g…@m….example: g…@m….example is in no row before the day that is built.",
        f"{start}c3 and t…@m….example: t…@m….example is nobody's, as a seed or a guard says.",
        f"{start}c3 and web:c4: web:c4 is in no row before the day that is built.",
    }
    assert len(told) == 4 + 50


def test_rows_that_name_no_two_identifiers_fail(suggesting: Suggesting, tmp_path: Path) -> None:
    raw_dir = write_raw(tmp_path / "raw", [ANNA, {}])
    links = [
        {"account_id": "c0"},
        {},
        {"account_id": "c0", "email": "a@mail.example", "other_account_id": "c1"},
        {"email": "nobody", "other_account_id": "c1"},
        {"account_id": "c1", "other_account_id": "c1"},
        {"email": "A@mail.example ", "other_email": "a@mail.example"},
        {"account_id": "c0", "other_account_id": "c1"},
        {"account_id": "c0", "other_source_system": "web", "other_account_id": "c0"},
    ]
    with suggesting.build(raw_dir, links) as connection:
        found = rows_of(connection, "select * from accepted_links_name_two_identifiers")
    assert [(row["side"], row["other_side"], row["problem"]) for row in found] == [
        ("c0", "nothing", "names nothing on one side"),
        ("nothing", "nothing", "names nothing on one side"),
        ("c0", "c1", "names an account and an address on one side, which are two links"),
        ("nobody", "c1", "names an address that can be none"),
        ("c1", "c1", "names the same twice"),
        ("A…@m….example ", "a…@m….example", "names the same twice"),
    ]
