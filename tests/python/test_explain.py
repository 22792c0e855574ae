"""`segmentry explain` tells what the tables say of one customer, and names nobody else."""

import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from segmentry.__main__ import main
from segmentry.activation.config import Audience
from segmentry.activation.ledger import Ledger, SentRow, new_run_id
from segmentry.activation.records import write_records
from segmentry.explain.explanation import SUBJECTS, Explanation, by_which, explain, why
from segmentry.explain.person import UnknownError, find_person
from segmentry.explain.report import print_explanation, shown
from segmentry.explain.source import Source, open_source
from segmentry.records.databases import BI, CONTACTS
from segmentry.settings.shop import Settings
from segmentry.state.tombstones import Kind, Tombstones, key_of
from segmentry.terminal import plain
from tests.python.activation_shop import KEYS, ActivationShop, Person
from tests.python.conftest import PROVE
from tests.python.published import Shop

# Every table that it reads, but those of syncs, of which the demo shop has none.
TABLES = [
    "activation_profiles",
    "customer_clusters",
    "customer_contacts",
    "customer_facts",
    "customer_merges",
    "customer_predictions",
    "customer_recommendations",
    "email_consents",
    "email_deliveries",
    "identity_map",
    "segment_history",
]
# The short run asks of every eighth customer.
STEP = 1 if PROVE else 8
AGREED = {
    "is_subscribed": True,
    "suppressed_by": None,
    "granted_at": datetime(2025, 1, 2),
    "withdrawn_at": None,
    "bounced_at": None,
}


@pytest.fixture(scope="module")
def whole(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return the demo shop with all that is published."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("explain"))
    shop.publish()
    return shop


def customers(source: Source) -> list[str]:
    """Return all customers."""
    rows = source.connection.execute("select customer_id from bi.customer_facts order by all")
    return [customer for (customer,) in rows.fetchall()]


def of_customers(source: Source, table: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a table by customer, in their order."""
    found = source.connection.execute(f"from {source.relations[table]} order by all")
    names = [column for column, *_ in found.description or ()]
    rows: dict[str, list[dict[str, Any]]] = {}
    for values in found.fetchall():
        row = dict(zip(names, values, strict=True))
        rows.setdefault(row["customer_id"], []).append(row)
    return rows


def texts(content: Any) -> Iterator[str]:
    """Yield every text of a document."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)


def printed(told: Explanation) -> str:
    """Return what people are shown in 80 columns."""
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_explanation(told, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_it_tells_of_every_customer_what_is_published_and_of_nobody_else(whole: Shop) -> None:
    with open_source(whole.settings) as source:
        everybody = customers(source)
        tables = {name: of_customers(source, name) for name in (*TABLES, "segment_memberships")}
        owners = {
            row["identifier"]: customer
            for customer, rows in tables["identity_map"].items()
            for row in rows
        } | {customer: customer for customer in everybody}
        assert len(everybody) > 1000
        for place, customer in enumerate(everybody[::STEP]):
            told = explain(source, find_person(source, customer), {}, None)
            content = plain(told)

            def of(name: str, customer: str = customer) -> list[dict[str, Any]]:
                return [plain(row) for row in tables[name].get(customer, [])]

            (facts,) = of("customer_facts")
            assert {
                name: value for facts in content["facts"].values() for name, value in facts.items()
            } == {name: facts[name] for names in SUBJECTS.values() for name in names}
            since = {
                (row["segment"], row["segment_value"]): (row["entered_on"], row["entered_cause"])
                for row in of("segment_history")
            }
            assert [
                (row["segment"], row["segment_value"], row["reason"], row["evidence_at"],
                 (row["entered_on"], row["entered_cause"]))
                for row in content["segments"]
            ] == [
                (row["segment"], row["segment_value"], row["reason"], row["evidence_at"],
                 since[row["segment"], row["segment_value"]])
                for row in of("segment_memberships")
            ]  # fmt: skip
            for name, told_rows in (
                ("customer_contacts", [content["contact"]]),
                ("customer_predictions", [content["predictions"]]),
                ("customer_clusters", [content["cluster"]]),
                ("customer_recommendations", content["recommendations"]),
                ("email_consents", content["consents"]),
                ("identity_map", content["identifiers"]),
            ):
                dropped = {"customer_id", "as_of_date", "build_id"}
                known = [
                    {key: value for key, value in row.items() if key not in dropped}
                    for row in of(name)
                ]
                assert sorted(map(repr, filter(None, told_rows))) == sorted(map(repr, known)), name
            profiles = of("activation_profiles")
            assert content["decision"]["by_email"] == bool(profiles)
            assert content["decision"]["address"] == (profiles[0]["email"] if profiles else None)
            for text in texts(content):
                for word in (text, *re.findall(r"[^\s:,;]+@[^\s:,;]+", text)):
                    assert owners.get(word, customer) == customer
            if place % 8:
                continue
            page = printed(told)
            assert all(len(line) <= 80 for line in page.splitlines())
            # No date is broken, however long the texts beside it are.
            assert page.count(str(told.as_of_date)) > len(told.segments)


def test_the_working_build_tells_the_same(whole: Shop) -> None:
    with open_source(whole.settings) as published, open_source(whole.settings, True) as build:
        for customer in customers(published)[::200]:
            told = asdict(explain(published, find_person(published, customer), {}, None))
            built = asdict(explain(build, find_person(build, customer), {}, None))
            assert built.pop("build_id") is None and told.pop("build_id")
            assert built == told


def test_a_version_may_lack_any_table_or_what_was_added_to_it(whole: Shop) -> None:
    added = {
        "email_consents": {"suppressed_by", "granted_at", "withdrawn_at"},
        "segment_history": {"entered_cause"},
        "segment_memberships": {"evidence_at", "reason"},
        "segment_catalog": {"label", "is_sensitive", "destinations"},
        "customer_recommendations": {"reason", "product_name"},
        "customer_clusters": {"cluster_name"},
    }
    with open_source(whole.settings) as source:
        person = find_person(source, customers(source)[0])
        for table in sorted({*TABLES, *added, "experiment_assignments"}):
            columns = source.columns[table]
            kept = [name for name in columns if name not in added.get(table, set())]
            for changed in ({}, {table: kept}):
                relations = dict(source.relations)
                if not changed:
                    del relations[table]
                elif kept == columns:
                    continue
                old = replace(source, relations=relations, columns=source.columns | changed)
                told = explain(old, person, {}, KEYS)
                assert told.customer_id == person.customer_id and printed(told)


def test_an_address_is_known_in_any_case(whole: Shop) -> None:
    with open_source(whole.settings) as source:
        ((address, customer),) = source.connection.execute(
            "select identifier, customer_id from contacts.identity_map "
            "where identifier_type = 'email' order by all limit 1"
        ).fetchall()
        assert find_person(source, f"  {address.upper()} ").customer_id == customer


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ActivationShop:
    """Return a shop whose version is older than all but a few tables, which commands work on."""
    shop = ActivationShop(tmp_path)
    (tmp_path / "syncs").mkdir()
    (tmp_path / "syncs" / "mail.yml").write_text(
        "platform: files\naudiences:\n  - {id: first, segments: [one_timers, 'devices:mobile']}\n"
    )
    shop.publish(
        {
            "c1": Person("one@shop.example", frozenset({"one_timers", "devices:mobile"})),
            "c2": Person("two@shop.example", may_be_written_to=False),
            "till:7": Person("seven@shop.example"),
        }
    )
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    return shop


def change(shop: ActivationShop, *statements: str, file: str = CONTACTS.file) -> None:
    """Change a database of the current version."""
    with duckdb.connect(str(shop.published / "current" / file)) as connection:
        for statement in statements:
            connection.execute(statement)


def add_people(shop: ActivationShop) -> None:
    """Have the version know whose ids and addresses are whose, and a merge."""
    change(
        shop,
        "create table identity_map (identifier_type varchar, source_system varchar, "
        "identifier varchar, customer_id varchar)",
        "insert into identity_map values ('account', '', '7', 'c1'), "
        "('account', 'till', '7', 'till:7'), ('email', '', 'one@shop.example', 'c1'), "
        "('email', '', 'two@shop.example', 'c2'), ('email', '', 'seven@shop.example', 'till:7')",
        "create table customer_merges (former_customer_id varchar, customer_id varchar, "
        "linked_in varchar, linked_at timestamp, link_source_system varchar, "
        "link_account_id varchar, link_email varchar)",
        "insert into customer_merges values ('c9', 'c1', 'orders', '2026-05-04', '', '7', "
        "'one@shop.example')",
    )


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return what the command tells programs."""
    assert main(["explain", *arguments, "--json"]) == 0
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


def test_a_version_without_most_tables_tells_what_it_has(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    content = document(capsys, "c1")
    assert content["facts"]["orders"]["order_count"] == 1
    assert [row["segment"] for row in content["segments"]] == ["devices", "one_timers"]
    assert content["predictions"] is None and content["merges"] == []
    assert main(["explain", "c1"]) == 0
    assert "Customer c1" in capsys.readouterr().out


@pytest.mark.parametrize("nobody", ["c3", "nobody@shop.example", "C1"])
def test_nobody_is_a_clear_error(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str], nobody: str
) -> None:
    add_people(shop)
    assert main(["explain", nobody]) == 1
    told = capsys.readouterr()
    assert told.out == "" and "Nobody is known as" in told.err and "--warehouse" in told.err
    assert "nobody@shop.example" not in told.err


def test_an_id_of_two_systems_asks_which(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    add_people(shop)
    assert main(["explain", "7"]) == 1
    error = capsys.readouterr().err
    assert "customer c1 (--source-system '')" in error
    assert "customer till:7 (--source-system till)" in error
    assert document(capsys, "7", "--source-system", "till")["customer_id"] == "till:7"
    assert document(capsys, "7", "--source-system", "")["customer_id"] == "c1"


def test_a_former_id_says_into_whom(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    add_people(shop)
    content = document(capsys, "c9")
    assert (content["customer_id"], content["former_customer_id"]) == ("c1", "c9")
    assert content["merges"][0]["link_email"] == "one@shop.example"
    assert main(["explain", "c9"]) == 0
    assert "c9 is a former id of theirs: it became this one." in capsys.readouterr().out
    assert document(capsys, "c1")["former_customer_id"] is None


@pytest.mark.parametrize(
    "buried",
    [(Kind.ADDRESS, "", "one@shop.example"), (Kind.ACCOUNT, "", "7"), (Kind.CUSTOMER, "", "c9")],
)
def test_nothing_is_told_of_whoever_was_erased(
    shop: ActivationShop, buried: tuple[Kind, str, str]
) -> None:
    """A warehouse from before may still have them."""
    add_people(shop)
    erased = Tombstones(KEYS, frozenset({key_of(KEYS, *buried)}))
    settings = Settings(shop.folder, shop.folder, shop.published, shop.state)
    with open_source(settings) as source:
        with pytest.raises(UnknownError) as told:
            find_person(source, "c1", erased=erased)
        with pytest.raises(UnknownError) as unknown:
            find_person(source, "c3", erased=erased)
        assert str(told.value).replace("c1", "c3") == str(unknown.value)
        assert find_person(source, "c2", erased=erased).customer_id == "c2"


def test_the_command_asks_who_was_erased(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    add_people(shop)
    with closing(Ledger(shop.state, KEYS)) as ledger:
        ledger.bury([KEYS.hash_of("one@shop.example")], Kind.ADDRESS)
    assert main(["explain", "one@shop.example"]) == 1
    assert "Nobody is known as" in capsys.readouterr().err
    assert main(["explain", "two@shop.example"]) == 0


def sync(shop: ActivationShop) -> None:
    """Have a sync bring customer c1 to an audience, and refuse c2."""
    row = SentRow(KEYS.hash_of("one@shop.example"), "one@shop.example", {}, "digest", True)
    run_id = new_run_id()
    with closing(Ledger(shop.state, KEYS)) as ledger:
        ledger.start_run(run_id, "mail", "build")
        ledger.start_adding("mail", "first", [row])
        ledger.confirm_added("mail", "first", [row], {})
        ledger.note_rows(
            run_id, "first", "add", "rejected", {KEYS.hash_of("two@shop.example"): "no such domain"}
        )
        ledger.suppress(
            "klaviyo SECRET_NAME",
            {KEYS.hash_of("two@shop.example"): "complained"},
            "2026-06-01T00:00:00+00:00",
        )
        ledger.end_run(run_id, "rejected", "")
        write_records(ledger)


def test_it_says_by_which_segments_a_sync_sent_somebody(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    add_people(shop)
    change(
        shop,
        "insert into experiment_assignments values ('lift', 'c1', 'sent'), ('lift', 'c2', 'held')",
        file=BI.file,
    )
    sync(shop)
    content = document(capsys, "ONE@shop.example")
    (place,) = content["syncs"]
    assert place.pop("changed_at") > "2026"
    assert place == {
        "sync": "mail",
        "platform": "files",
        "audience": "first",
        "because": ["devices:mobile", "one_timers"],
        "state": "member",
    }
    assert content["experiments"] == [{"experiment": "lift", "arm": "sent"}]
    assert content["sync_rows"] == [] and content["suppressions"] == []
    assert main(["explain", "c1"]) == 0
    assert re.search(r"mail \(files\) +first +in it", capsys.readouterr().out)


def test_it_says_what_a_sync_did_not_do_and_why(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    add_people(shop)
    sync(shop)
    content = document(capsys, "c2")
    (row,) = content["sync_rows"]
    assert (row["sync"], row["result"], row["reason"]) == ("mail", "rejected", "no such domain")
    assert content["syncs"] == []
    (said,) = content["suppressions"]
    assert (said["platform"], said["kind"]) == ("klaviyo", "complained")
    assert content["decision"]["by_email"] is False
    assert "klaviyo does not write to them: complained." in content["decision"]["because"]
    assert "SECRET_NAME" not in json.dumps(content)


@pytest.mark.parametrize("secret", ["", "another secret, which is long enough as well"])
def test_without_the_secret_it_says_how_syncs_are_told(
    shop: ActivationShop,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
) -> None:
    add_people(shop)
    sync(shop)
    monkeypatch.setenv("SEGMENTRY_STATE_KEY", secret)
    content = document(capsys, "c1")
    assert content["syncs"] == []
    assert "SEGMENTRY_STATE_KEY" in content["notes"][0]


def test_a_no_of_the_last_build_counts_before_it_is_published(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    add_people(shop)
    assert document(capsys, "c1")["decision"]["by_email"] is True
    shop.withdraw("one@shop.example")
    decision = document(capsys, "c1")["decision"]
    assert decision["by_email"] is False and decision["address"] is None
    assert decision["because"][-1] == ("one@shop.example: the last build knows a no: unsubscribed.")


def test_who_may_not_read_contacts_is_shown_none(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(shop)
    sync(shop)
    monkeypatch.setattr("segmentry.explain.source.os.access", lambda path, mode: False)
    content = document(capsys, "c1")
    assert "@" not in json.dumps(content)
    assert content["facts"]["orders"]["order_count"] == 1
    assert content["identifiers"] == [] and content["syncs"] == []
    assert "may not read" in content["notes"][0]
    assert main(["explain", "one@shop.example"]) == 1
    assert "name the customer by their id" in capsys.readouterr().err


def test_a_damaged_version_is_told_with_the_way_on(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.published / "current" / CONTACTS.file).write_bytes(b"torn")
    assert main(["explain", "c1"]) == 1
    assert "segmentry roll-back" in capsys.readouterr().err


def test_before_the_first_publish_it_says_what_to_do(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(shop.published)
    assert main(["explain", "c1"]) == 1
    assert "`segmentry publish`" in capsys.readouterr().err


def test_who_left_lately_is_told_with_the_cause(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        shop,
        "create table segment_history (customer_id varchar, segment varchar, "
        "segment_value varchar, entered_on date, exited_on date, entered_cause varchar, "
        "exited_cause varchar)",
        "insert into segment_history values "
        "('c1', 'one_timers', '', '2026-06-02', null, 'definition', null), "
        "('c1', 'one_timers', '', '2026-01-02', '2026-03-02', 'data', 'data'), "
        "('c1', 'idle_customers', '', '2026-01-02', '2026-06-03', 'data', 'identity'), "
        "('c2', 'idle_customers', '', '2026-01-02', '2026-06-03', 'data', 'data')",
        file=BI.file,
    )
    content = document(capsys, "c1")
    assert [(row["segment"], row["exited_on"]) for row in content["left_segments"]] == [
        ("idle_customers", "2026-06-03")
    ]
    since = {row["segment"]: row["entered_on"] for row in content["segments"]}
    assert since == {"devices": None, "one_timers": "2026-06-02"}
    assert main(["explain", "c1"]) == 0
    assert re.search(r"idle_customers +2026-06-03 +ids became one", capsys.readouterr().out)


def test_emails_of_late_are_told(shop: ActivationShop, capsys: pytest.CaptureFixture[str]) -> None:
    change(
        shop,
        "insert into email_deliveries values ('c1', '2026-06-02', 1), ('c1', '2026-06-09', 2), "
        "('c1', '2026-03-01', 1), ('c2', '2026-06-02', 1)",
        file=BI.file,
    )
    days = [
        (row["delivered_on"], row["delivery_count"]) for row in document(capsys, "c1")["deliveries"]
    ]
    assert days == [("2026-06-09", 2), ("2026-06-02", 1)]


@pytest.mark.parametrize(
    ("audience", "because"),
    [
        ({"segments": ["buyers"]}, ["buyers"]),
        ({"segments": ["devices"]}, ["devices"]),
        ({"segments": ["devices:mobile", "devices:tablet"]}, ["devices:mobile"]),
        ({"segments": ["buyers:mobile", "idle_customers"]}, []),
        ({"tag": "email"}, ["buyers"]),
        ({"tag": "mail"}, []),
        ({"everyone": True}, ["everyone"]),
    ],
)
def test_an_audience_says_by_which_segments_somebody_is_in_it(
    audience: dict[str, Any], because: list[str]
) -> None:
    plain_segment = {"segment": "buyers", "segment_value": "", "is_sensitive": False}
    valued = {"segment": "devices", "segment_value": "mobile", "is_sensitive": False}
    sensitive = {"segment": "age_bands", "segment_value": "65+", "is_sensitive": True}
    segments = [
        plain_segment | {"destinations": "ads email"},
        valued | {"destinations": None},
        sensitive | {"destinations": "email"},
    ]
    assert by_which(Audience(id="list", **audience), segments) == because


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "agreed on 2025-01-02."),
        ({"granted_at": None}, "agreed."),
        (
            {
                "is_subscribed": False,
                "suppressed_by": "bounced",
                "bounced_at": datetime(2026, 5, 1),
            },
            "bounced on 2026-05-01.",
        ),
        ({"is_subscribed": False, "suppressed_by": "suppressed"}, "suppressed by a platform."),
        (
            {"is_subscribed": False, "withdrawn_at": datetime(2026, 5, 1)},
            "withdrew their consent on 2026-05-01.",
        ),
        ({"is_subscribed": False}, "withdrew their consent, on a day that is not known."),
        (
            {"is_subscribed": False, "granted_at": None},
            "never agreed, or withdrew on a day that is not known.",
        ),
    ],
)
def test_a_consent_says_why(changed: dict[str, Any], told: str) -> None:
    assert why(AGREED | changed) == told


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("red\x1b[31m\nAlert\u202e", "red�[31m Alert�"),
        (True, "yes"),
        (1234, "1,234"),
        (date(2026, 6, 30), "2026-06-30"),
        (None, ""),
    ],
)
def test_what_is_shown_moves_no_cursor(value: Any, text: str) -> None:
    assert shown(value) == text
