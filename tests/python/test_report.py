"""The segment report says what the published file says, and no more than it may."""

import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.__main__ import main
from segmentry.activation.config import read_syncs
from segmentry.errors import RecordsError
from segmentry.records.databases import BI, CONTACTS
from segmentry.records.manifest import MANIFEST
from segmentry.records.versions import Version, read_version
from segmentry.report import figures
from segmentry.report.charts import sparkline
from segmentry.report.figures import SHOWN, open_version, query_names, query_text, written
from segmentry.report.page import CAUSES, render
from segmentry.report.sankey import sankey
from segmentry.report.writing import readable_syncs, write_report
from tests.python.compiled import CompiledProject
from tests.python.published import Shop
from tests.python.report_pages import Number, ReportPage, answers
from tests.python.warehouse import ROOT

LEAST = 5
# Months that the demo's first version does not have: people came and went for every cause, a rule
# changed, and groups of sensitive segments were small.
LIVED = """
    update segment_history
    set entered_on = as_of_date - cast(hash(customer_id || segment) % 100 as integer),
        entered_cause = case hash(segment) % 3 when 0 then 'definition' else 'data' end;
    insert into segment_history
    select
        customer_id, segment, 'before ' || segment_value,
        entered_on - 200, entered_on, 'data', entered_cause, as_of_date, build_id
    from segment_history where hash(customer_id || segment) % 2 = 0 and segment_value <> '';
    delete from segment_sizes where is_replayed;
    delete from shop_sizes where is_replayed;
    insert into segment_sizes by name
    select * exclude (days) replace (
        as_of_date - cast(days as integer) as as_of_date,
        customer_count * 100 // (100 + days) as customer_count,
        case when days = 30 then 'another' else definition end as definition,
        days > 60 as is_replayed
    )
    from segment_sizes cross join (select unnest([1, 7, 30, 91, 365]) as days);
    insert into shop_sizes by name
    select * exclude (days) replace (
        as_of_date - cast(days as integer) as as_of_date, customer_count - 3 as customer_count
    )
    from shop_sizes cross join (select unnest([7, 30, 365]) as days);
    create temp view sensitive as select segment from segment_catalog where is_sensitive;
    update segment_sizes set customer_count = hash(segment_value || as_of_date) % 9
    where segment_value <> '*' and segment in (from sensitive);
    update segment_sizes as sizes set customer_count = sums.customer_count
    from (
        select as_of_date, segment, sum(customer_count) as customer_count
        from segment_sizes where segment_value <> '*' group by all
    ) as sums
    where sizes.as_of_date = sums.as_of_date and sizes.segment = sums.segment
        and segment_value = '*' and sizes.segment in (from sensitive);
    update segment_sizes set reach_count = 3 where segment = 'age_bands' and segment_value = '*';
    update segment_metrics set subscriber_count = 3
    where segment = 'age_bands' and segment_value = '*';
"""
NO_ORDERS = """
    create table orders (
        source_system varchar, order_id varchar, customer_id varchar, is_valid boolean,
        is_coupon_order boolean, is_discounted boolean, ordered_at timestamp, ordered_on date,
        net_revenue decimal(18, 2), discount_amount decimal(18, 2)
    )
"""
SAID = {"csat": "CSAT", "nps": "NPS", "review": "Review"}
HOSTILE = '<script>alert("☕")</script>'


@pytest.fixture(scope="module")
def version(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Return the demo shop as it is published."""
    return Shop.copy(whole_build, tmp_path_factory.mktemp("report")).publish()


@pytest.fixture(scope="module")
def lived(version: Version, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Return the demo shop as if it had been published for months."""
    return changed(version, tmp_path_factory.mktemp("lived"), LIVED)


@pytest.fixture(scope="module")
def page(version: Version) -> ReportPage:
    """Return the report of the demo shop."""
    return ReportPage(render(version, {}, LEAST))


@pytest.fixture(scope="module")
def lived_page(lived: Version) -> ReportPage:
    """Return the report of the demo shop after months."""
    accepted = {lived.manifest.as_of_date: ["idle_customers"]}
    return ReportPage(render(lived, accepted, LEAST))


def changed(version: Version, folder: Path, sql: str) -> Version:
    """Return a copy of a version whose file for BI was changed."""
    shutil.copy(version.folder / BI.file, folder)
    shutil.copy(version.folder / MANIFEST, folder)
    with duckdb.connect(str(folder / BI.file)) as connection:
        connection.execute(sql)
    return Version(folder, version.manifest)


def ask(version: Version, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the file of a version."""
    with duckdb.connect(str(version.folder / BI.file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("shop", ["", "lived_"])
def test_every_number_is_the_answer_to_its_query(shop: str, request: pytest.FixtureRequest) -> None:
    read: ReportPage = request.getfixturevalue(f"{shop}page")
    version: Version = request.getfixturevalue("lived" if shop else "version")
    assert read.stray == []
    found = answers(read, version.folder / BI.file)
    results = version.manifest.validation["results"]
    found["validation", (), "asked_count"] = str(len(results))
    found["validation", (), "warning_count"] = str(sum(not each["success"] for each in results))
    assert len(read.numbers) > 5_000
    for number in read.numbers:
        assert found[number.query, number.key, number.column] == number.value, number
        assert is_written(number), number
    unseen = {name for name in read.queries if name} - {number.query for number in read.numbers}
    # The demo has neither, and nobody moved before its first version.
    young = set() if shop else {"segment_moves"}
    assert unseen == {"experiments", "syncs"} | young


def is_written(number: Number) -> bool:
    """Tell whether the text of a number is its value, as far as it is written."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d.*", number.value):
        day = date.fromisoformat(number.value[:10])
        return number.text in (f"{day:%-d %b %Y}", f"{day:%b %Y}") or ":" in number.text
    text = number.text.replace("−", "-").replace(",", "").replace("+", "")
    scale = 100 if text.endswith("%") else 1
    digits = text.removesuffix("%")
    places = len(digits.partition(".")[2])
    return (
        abs(Decimal(digits) - scale * Decimal(number.value))
        <= Decimal("0.5000001") * Decimal(10) ** -places
    )


def value(read: ReportPage, query: str, key: tuple[str, ...], column: str) -> str:
    """Return the one value that a page shows at a place."""
    (found,) = {
        number.value
        for number in read.numbers
        if (number.query, number.key, number.column) == (query, key, column)
    }
    return found


def test_segments_are_as_large_as_their_memberships(version: Version, page: ReportPage) -> None:
    members: dict[str, set[str]] = defaultdict(set)
    for customer, segment in ask(version, "select customer_id, segment from segment_memberships"):
        members[segment].add(customer)
    facts = {
        customer: (subscribed, revenue)
        for customer, subscribed, revenue in ask(
            version, "select customer_id, is_email_subscriber, net_revenue from customer_facts"
        )
    }
    for (segment,) in ask(version, "select segment from segment_catalog where not is_sensitive"):
        people = members[segment]
        shown = {
            number.column: number.value
            for number in page.numbers
            if number.query == "segments" and number.key == (segment,)
        }
        assert shown["customer_count"] == str(len(people)), segment
        assert shown["reach_count"] == str(sum(facts[each][0] for each in people)), segment
        assert Decimal(shown["net_revenue"]) == sum(facts[each][1] for each in people), segment


def test_cohorts_and_repeat_purchases_are_those_of_the_orders(
    version: Version, page: ReportPage
) -> None:
    day = version.manifest.as_of_date
    days: dict[str, list[date]] = defaultdict(list)
    for customer, ordered_on in ask(
        version, "select customer_id, ordered_on from orders where is_valid order by ordered_at"
    ):
        if customer:
            days[customer].append(ordered_on)
    cohorts: dict[date, list[list[date]]] = defaultdict(list)
    for ordered in days.values():
        cohorts[ordered[0].replace(day=1)].append(ordered)
    counted = {
        number.key[0]: int(number.value)
        for number in page.numbers
        if (number.query, number.column) == ("repeat_purchases", "customer_count")
    }
    assert counted == {
        cohort.isoformat(): len(buyers)
        for cohort, buyers in cohorts.items()
        if cohort.isoformat() in counted
    }
    assert len(counted) > 20
    cohort = date(2026, 1, 1)
    assert len(cohorts[cohort]) > 20
    again = sum(
        any(on.year == 2026 and on.month == 3 for on in ordered) for ordered in cohorts[cohort]
    )
    key = (cohort.isoformat(), "2")
    rate = value(page, "cohorts", key, "retention_rate")
    assert float(rate) == pytest.approx(again / len(cohorts[cohort]))
    for within, known in ((30, True), (90, True), (365, False)):
        soon = sum(
            len(ordered) > 1 and ordered[1] - ordered[0] <= timedelta(within)
            for ordered in cohorts[cohort]
        )
        column = f"repeat_within_{within}_days_rate"
        if known:
            shown = value(page, "repeat_purchases", (cohort.isoformat(),), column)
            assert float(shown) == pytest.approx(soon / len(cohorts[cohort]))
        else:
            assert day - date(2026, 1, 31) < timedelta(within)
            with pytest.raises(ValueError, match="unpack"):
                value(page, "repeat_purchases", (cohort.isoformat(),), column)


def test_satisfaction_is_followed_by_the_orders_of_who_answered(
    version: Version, page: ReportPage
) -> None:
    # The demo's days are those of UTC.
    end = datetime.combine(version.manifest.as_of_date + timedelta(1), time())
    orders: dict[str, list[datetime]] = defaultdict(list)
    for customer, ordered_at in ask(
        version, "select customer_id, ordered_at from orders where is_valid"
    ):
        orders[customer].append(ordered_at)
    of_ten: dict[float, str] = {9: "9 to 10", 7: "7 to 8", 0: "0 to 6"}
    of_five: dict[float, str] = {4: "4 to 5", 2.001: "3", 0: "1 to 2"}
    for measure, bounds in (("csat", of_ten), ("nps", of_ten), ("review", of_five)):
        buyers: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for score, *buyer in ask(
            version,
            f"select latest_{measure}, customer_id, latest_{measure}_at, net_revenue "
            f"from customer_facts where latest_{measure} is not null and order_count > 0",
        ):
            answer = next(name for bound, name in bounds.items() if score >= bound)
            buyers[answer].append(tuple(buyer))
        assert set(buyers) == set(bounds.values())
        for answer, theirs in buyers.items():
            again = sum(len(orders[customer]) > 1 for customer, _, _ in theirs)
            old = [
                any(timedelta() < each - answered <= timedelta(90) for each in orders[customer])
                for customer, answered, _ in theirs
                if end - answered > timedelta(90)
            ]
            shown = {
                column: value(page, "satisfaction", (SAID[measure], answer), column)
                for column in (
                    *("buyer_count", "repeat_purchase_rate"),
                    *("order_within_90_days_rate", "net_revenue_per_buyer"),
                )
            }
            assert shown["buyer_count"] == str(len(theirs))
            assert float(shown["repeat_purchase_rate"]) == pytest.approx(again / len(theirs))
            assert float(shown["order_within_90_days_rate"]) == pytest.approx(sum(old) / len(old))
            assert float(shown["net_revenue_per_buyer"]) == pytest.approx(
                float(sum(revenue for _, _, revenue in theirs)) / len(theirs), abs=0.006
            )


def test_revenue_is_that_of_the_days(version: Version, page: ReportPage) -> None:
    day = version.manifest.as_of_date
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for ordered_on, revenue in ask(
        version, "select ordered_on, net_revenue from orders where is_valid"
    ):
        by_day[ordered_on] += revenue
    for length in (7, 28, 365):
        now = sum(by_day[day - timedelta(back)] for back in range(length))
        before = sum(by_day[day - timedelta(back)] for back in range(length, 2 * length))
        key = (str(length),)
        assert Decimal(value(page, "revenue_periods", key, "net_revenue")) == now
        change = float(value(page, "revenue_periods", key, "change_rate"))
        assert change == pytest.approx(float(now / before - 1))


def test_carts_of_all_kinds_of_visitors_are_the_shops(page: ReportPage) -> None:
    for column in ("session_count", "cart_count", "abandoned_cart_count", "completed_cart_count"):
        kinds = [
            int(value(page, "carts", (kind,), column))
            for kind in ("new", "returning", "registered")
        ]
        assert sum(kinds) == int(value(page, "carts", ("all",), column)), column


def test_who_moved_is_told_by_cause(lived: Version, lived_page: ReportPage) -> None:
    day = lived.manifest.as_of_date
    (first_day,) = ask(lived, "select min(entered_on) from segment_history")[0]
    moves: Counter[tuple[str, str, str, str]] = Counter()
    ways: dict[tuple[str, str, date, str], set[str]] = defaultdict(set)
    for customer, segment, entered, left, entered_cause, left_cause in ask(
        lived,
        "select customer_id, segment, entered_on, exited_on, entered_cause, exited_cause "
        "from segment_history",
    ):
        ways[segment, customer, entered, entered_cause].add("entered")
        if left:
            ways[segment, customer, left, left_cause].add("left")
    for (segment, _, moved_on, cause), found in ways.items():
        way = "changed value" if len(found) == 2 else min(found)
        if moved_on > first_day:
            for days in (1, 30, 365):
                if moved_on > day - timedelta(days):
                    moves[segment, str(days), way, cause] += 1
    (sensitive,) = zip(
        *ask(lived, "select segment from segment_catalog where is_sensitive"), strict=True
    )
    shown = {
        number.key: int(number.value)
        for number in lived_page.numbers
        if number.query == "segment_moves" and number.column == "move_count"
    }
    assert shown == {key: count for key, count in moves.items() if key[0] not in sensitive}
    assert {cause for _, _, _, cause in shown} == {"data", "definition"}
    text = lived_page.texts["segment-loyal_customers"]
    assert CAUSES["data"] in text or CAUSES["definition"] in text


def test_flows_lead_from_where_people_were_to_where_they_are(
    lived: Version, lived_page: ReportPage
) -> None:
    now = Counter(
        segment_value
        for (segment_value,) in ask(
            lived, "select segment_value from segment_memberships where segment = 'value_tiers'"
        )
    )
    before = (lived.manifest.as_of_date - timedelta(30)).isoformat()
    arrived: Counter[str] = Counter()
    for number in lived_page.numbers:
        is_count = (number.query, number.column) == ("flows", "customer_count")
        if is_count and number.key[:2] == ("value_tiers", before):
            arrived[number.key[3]] += int(number.value)
    assert {name: count for name, count in arrived.items() if name in now} == now


def counts_of_people(read: ReportPage, segments: set[str]) -> Iterator[Number]:
    """Yield the counts that a page shows of some segments."""
    for number in read.numbers:
        is_count = number.column.endswith("_count") and number.column != "order_count"
        if is_count and number.key and number.key[0] in segments:
            yield number


def test_sensitive_segments_show_no_small_group(
    lived: Version, page: ReportPage, lived_page: ReportPage
) -> None:
    sensitive = {
        name for (name,) in ask(lived, "select segment from segment_catalog where is_sensitive")
    }
    shown = list(counts_of_people(lived_page, sensitive))
    assert len(shown) > 20
    assert not [number for number in shown if 0 < abs(int(number.value)) < LEAST]
    assert "too few to show" in "".join(lived_page.texts.values())
    for read in (page, lived_page):
        rates: dict[str, set[str]] = defaultdict(set)
        for number in read.numbers:
            if number.query in ("segments", "segment_metrics") and number.key:
                rates[number.column].add(number.key[0])
        assert rates["reach_share"] & sensitive == rates["reach_count"] & sensitive
        assert not rates["repeat_purchase_rate"] & sensitive
        assert not rates["conversion_rate"] & sensitive
        assert read is lived_page or "profiles" in rates["reach_share"]
    others = {
        name for (name,) in ask(lived, "select segment from segment_catalog where not is_sensitive")
    }
    assert rates["repeat_purchase_rate"] & others
    assert [
        number for number in counts_of_people(lived_page, others) if 0 < int(number.value) < LEAST
    ]


def test_a_sensitive_segment_without_a_size_of_the_day_shows_nothing_of_people(
    version: Version, tmp_path: Path
) -> None:
    without = changed(
        version,
        tmp_path,
        "delete from segment_sizes where as_of_date = (select max(as_of_date) from segment_sizes) "
        "and segment in (select segment from segment_catalog where is_sensitive)",
    )
    sensitive = {
        name for (name,) in ask(version, "select segment from segment_catalog where is_sensitive")
    }
    measured = {name for (name,) in ask(without, "select segment from segment_metrics")}
    assert sensitive & measured
    with open_version(without.folder / BI.file, without.manifest.as_of_date, LEAST) as connection:
        shown = {key for (key,) in figures.ask(connection, "segment_metrics").by_key}
    assert shown and not sensitive & shown
    assert not list(counts_of_people(ReportPage(render(without, {}, LEAST)), sensitive))


Sizes = dict[str, dict[str, int | None]]
MEASURES = ("customer_count", "entered_count", "left_count", "reach_count")


def shown_of(groups: list[tuple[int, int, int, int]]) -> tuple[Sizes, Sizes]:
    """Return what is shown of the values of a sensitive segment and its total, and what is so."""
    rows = [*groups, tuple(map(sum, zip(*groups, strict=True)))]
    names = [*(f"v{place}" for place in range(len(groups))), "*"]
    values = ", ".join(
        f"('{name}', {', '.join(map(str, row))})" for name, row in zip(names, rows, strict=True)
    )
    with duckdb.connect() as connection:
        connection.execute(f"set variable report_min_group = {LEAST}")
        connection.execute(
            "create table segment_catalog as select 's' as segment, true as is_sensitive"
        )
        connection.execute(NO_ORDERS)
        connection.execute(
            "create table segment_sizes as select date '2026-06-30' as as_of_date, 's' as segment, "
            "*, 0 as net_revenue, '' as definition, false as is_replayed "
            f"from (values {values}) as sizes (segment_value, {', '.join(MEASURES)})"
        )
        connection.execute(query_text(SHOWN))
        found: Sizes = {}
        for name, *counts in connection.execute(
            f"select segment_value, {', '.join(MEASURES)} from shown_sizes"
        ).fetchall():
            found[name] = dict(zip(MEASURES, counts, strict=True))
    known: Sizes = {
        name: dict(zip(MEASURES, row, strict=True)) for name, row in zip(names, rows, strict=True)
    }
    return found, known


def groups_of_people() -> st.SearchStrategy[list[tuple[int, int, int, int]]]:
    """Yield the customers of values, who of them came, who went, and who may be mailed."""
    group = st.integers(0, 12).flatmap(
        lambda size: st.tuples(
            st.just(size), st.integers(0, size), st.integers(0, 12), st.integers(0, size)
        )
    )
    return st.lists(group, min_size=1, max_size=7)


@settings(max_examples=200, deadline=None)
@given(groups=groups_of_people())
def test_a_hidden_group_does_not_follow_from_what_is_shown(
    groups: list[tuple[int, int, int, int]],
) -> None:
    shown, known = shown_of(groups)
    for name, counts in shown.items():
        for measure, count in counts.items():
            assert count is None or count == known[name][measure]
            assert count is None or not 0 < count < LEAST
        if counts["customer_count"] is None:
            assert set(counts.values()) == {None}
        if counts["reach_count"] is not None:
            rest = (counts["customer_count"] or 0) - counts["reach_count"]
            assert not 0 < rest < LEAST
        # Two sizes and who came tell who went.
        assert (counts["entered_count"] is None) == (counts["left_count"] is None)
    total, values = shown.pop("*"), list(shown.items())
    for measure in ("entered_count", "left_count", "reach_count"):
        if any(counts[measure] is None for _, counts in values):
            assert total[measure] is None
    hidden = [
        known[name]["customer_count"] or 0
        for name, counts in values
        if counts["customer_count"] is None
    ]
    if hidden and total["customer_count"] is not None:
        # What is left of the total is many people, or tells no group from another.
        assert sum(hidden) >= LEAST
        assert len([size for size in hidden if size]) > 1 or max(hidden) >= LEAST


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        (
            "Who stopped buying",
            [
                ("segments", ("idle_customers",), "customer_count"),
                ("segments", ("idle_customers",), "reach_count"),
            ],
        ),
        (
            "What does a coupon lover bring",
            [
                ("segment_metrics", (segment,), column)
                for column in ("net_revenue_per_customer", "coupon_order_share")
                for segment in ("coupon_lovers", "")
            ],
        ),
        (
            "Did the loyal ones grow",
            [
                ("segment_days", ("loyal_customers", day), "customer_count")
                for day in ("2025-06-30", "2026-02-28", "2026-06-30")
            ],
        ),
        (
            "Are coupon lovers also",
            [
                ("segment_companions", ("coupon_lovers", "discount_seekers"), column)
                for column in ("customer_count", "times_as_often")
            ],
        ),
        (
            "What does a new customer cost",
            [("countries", (country,), "acquisition_cost") for country in ("GB", "US")],
        ),
        (
            "Do newcomers leave",
            [("carts", (kind,), "cart_abandonment_rate") for kind in ("new", "registered")],
        ),
        (
            "Do people who are happy",
            [
                ("satisfaction", ("NPS", answer), "order_within_90_days_rate")
                for answer in ("9 to 10", "0 to 6")
            ],
        ),
        (
            "How many of January",
            [
                ("repeat_purchases", ("2026-01-01",), column)
                for column in ("repeat_within_90_days_rate", "customer_count")
            ],
        ),
        (
            "How much do we give away",
            [
                ("prices", ("reduced",), "discount_amount"),
                ("prices", ("with a coupon",), "discount_amount"),
                ("prices", ("full price",), "order_share"),
            ],
        ),
        (
            "Whom can we not afford",
            [
                ("segment_values", ("rfm_groups", "cannot lose"), column)
                for column in ("customer_count", "net_revenue", "reach_count")
            ],
        ),
    ],
)
def test_questions_are_answered_as_the_page_says(
    question: str, figures: list[tuple[str, tuple[str, ...], str]], page: ReportPage
) -> None:
    text = (ROOT / "segmentry" / "report" / "README.md").read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {question}"))
    answer = line.split("|")[3]
    for place in figures:
        shown = {
            number.text
            for number in page.numbers
            if (number.query, number.key, number.column) == place
        }
        assert len(shown) == 1, place
        assert re.search(rf"(?<![\d.,]){re.escape(shown.pop())}(?![\d%])", answer), place


def test_the_exposure_names_what_the_report_reads(
    version: Version, compiled_project: CompiledProject
) -> None:
    queries = "\n".join(query_text(name) for name in [*query_names(), SHOWN])
    read = set(re.findall(r"\b(?:from|join) (\w+)", re.sub(r"(?m)^\s*--.*", "", queries)))
    tables = {name for (name,) in ask(version, "select table_name from duckdb_tables()")}
    exposure = compiled_project.manifest["exposures"]["exposure.segmentry.segment_report"]
    assert read & tables == {name.split(".")[-1] for name in exposure["depends_on"]["nodes"]}


def test_nobody_is_named(version: Version, page: ReportPage) -> None:
    html = render(version, {}, LEAST)
    with duckdb.connect(str(version.folder / CONTACTS.file), read_only=True) as connection:
        people = connection.execute(
            "select customer_id, email, phone from customer_contacts"
        ).fetchall()
    assert len(people) > 1_000
    names = {each for person in people for each in person if each}
    assert not [name for name in names if name in html]
    assert "@" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_the_page_is_light_and_leads_somewhere(version: Version, page: ReportPage) -> None:
    html = render(version, {}, LEAST)
    assert len(html.encode()) < 2_000_000
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner <= page.ids
    assert {link for link in page.links if not link.startswith("#")} == {"../validation/index.html"}
    segments = {name for (name,) in ask(version, "select segment from segment_catalog")}
    assert {f"segment-{name}" for name in segments} <= inner


def test_a_segment_leads_to_its_documentation_where_that_is_served(version: Version) -> None:
    html = render(version, {}, LEAST, docs_url="https://docs.shop.example/")
    assert "https://docs.shop.example/segments/one_timers.html" in ReportPage(html).links


def test_where_a_segment_goes_is_what_syncs_say(version: Version, tmp_path: Path) -> None:
    for name, text in {
        "mails": "platform: klaviyo\ncredentials: {api_key: KEY}\naudiences:\n"
        "  - {id: abc, segments: [one_timers, 'journey_stages:lapsed buyer']}\n"
        "  - {id: tagged, tag: email}\n",
        "lists": "platform: files\nenabled: false\naudiences:\n"
        "  - {id: asleep, segments: [age_bands]}\n  - {id: all, everyone: true}\n",
    }.items():
        (tmp_path / f"{name}.yml").write_text(text)
    texts = ReportPage(render(version, {}, LEAST, syncs=read_syncs(tmp_path))).texts

    def goes(segment: str) -> str:
        (told,) = re.findall(
            r"Where it goes(.*?)Owner", " ".join(texts[f"segment-{segment}"].split())
        )
        return str(told)

    assert "The audience abc of klaviyo, by the sync mails" in goes("one_timers")
    assert "abc of klaviyo, those of lapsed buyer, by the sync mails" in goes("journey_stages")
    assert "audience asleep of files, by the sync lists (not enabled)." in goes("age_bands")
    tagged = {
        segment
        for (segment,) in ask(
            version,
            "select segment from segment_catalog where not is_sensitive and destinations = 'email'",
        )
    }
    assert tagged
    segments = {name.removeprefix("segment-") for name in texts if name.startswith("segment-")}
    assert {name for name in segments if "audience tagged" in goes(name)} == tagged
    unread = ReportPage(render(version, {}, LEAST, syncs=None)).texts
    assert "can't be read" in unread["segment-one_timers"]


def test_texts_of_a_shop_are_words_alone(version: Version, tmp_path: Path) -> None:
    hostile = changed(
        version,
        tmp_path,
        f"update segment_catalog set label = '{HOSTILE}' where segment = 'one_timers';"
        f"update customer_facts set top_category_last_365_days = '{HOSTILE}' "
        "where top_category_last_365_days = 'Tea';"
        f"update segment_sizes set segment_value = '{HOSTILE}' where segment_value = 'US';",
    )
    html = render(hostile, {}, LEAST)
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    ReportPage(html)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_shop_of_hardly_anybody_has_a_report(kept: int, version: Version, tmp_path: Path) -> None:
    tables = [
        *("customer_facts", "orders", "segment_memberships", "segment_history", "segment_overlaps"),
        *("customer_predictions", "acquisition_costs", "shop_metrics", "cart_metrics"),
        *("buyer_cohorts", "cohort_retention", "satisfaction_outcomes"),
    ]
    one = "(select min(customer_id) from customer_facts where order_count > 1)"
    emptied = "".join(
        f"delete from {table} where {f'customer_id <> {one}' if kept and has_customer else 'true'};"
        for table, has_customer in sorted(
            (
                (
                    table,
                    bool(
                        ask(
                            version,
                            f"select 1 from duckdb_columns() where table_name = '{table}' "
                            "and column_name = 'customer_id'",
                        )
                    ),
                )
                for table in tables
            ),
            key=lambda each: each[0] == "customer_facts",
        )
    )
    zero = (
        "delete from segment_metrics; delete from shop_sizes; update segment_sizes "
        "set customer_count = 0, entered_count = 0, reach_count = 0, net_revenue = 0;"
    )
    small = changed(version, tmp_path, emptied + zero)
    read = ReportPage(render(small, {}, LEAST))
    assert read.stray == []
    assert value(read, "shop", (), "customer_count") == str(kept)


def test_explain_and_the_report_tell_the_same_of_ten_people(
    whole_build: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shop = Shop.copy(whole_build, tmp_path)
    version = shop.publish()
    write_report(shop.published, version)
    html = (shop.published / "current" / "report" / "index.html").read_text(encoding="utf-8")
    read = ReportPage(html)
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(shop.settings.warehouse))
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(shop.published))
    people = ask(
        version, "select customer_id from customer_facts order by hash(customer_id) limit 10"
    )
    told = Counter[str]()
    for (customer,) in people:
        assert main(["explain", customer, "--json"]) == 0
        explained = json.loads(capsys.readouterr().out)
        for row in explained["segments"]:
            segment = row["segment"]
            told[segment] += 1
            text = " ".join(read.texts[f"segment-{segment}"].split())
            assert row.get("label", "") in text
            days = {
                number.value
                for number in read.numbers
                if number.query == "segment_days"
                and number.key[0] == segment
                and number.column == "day"
            }
            assert not days or row["entered_on"] in days
    assert len(told) > 20
    for segment, count in told.items():
        sizes = [
            int(number.value)
            for number in read.numbers
            if number.query == "segments"
            and number.key == (segment,)
            and number.column == "customer_count"
        ]
        assert not sizes or count <= sizes[0]


def test_a_version_of_an_earlier_release_is_refused_in_words(
    version: Version, tmp_path: Path
) -> None:
    old = changed(version, tmp_path, "drop table shop_sizes")
    with pytest.raises(RecordsError, match="an earlier release published it"):
        render(old, {}, LEAST)


def test_the_command_writes_the_report_of_a_version(
    whole_build: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shop = Shop.copy(whole_build, tmp_path)
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(shop.settings.warehouse))
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(shop.published))
    assert main(["report"]) == 1
    assert "Nothing is published" in capsys.readouterr().err
    version = shop.publish()
    assert main(["report", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["build_id"] == version.build_id
    file = Path(told["page"])
    assert file.read_text(encoding="utf-8") == render(version, {}, LEAST, syncs=readable_syncs())
    assert oct(file.stat().st_mode)[-3:] == "644"
    assert [each.name for each in file.parent.iterdir()] == ["index.html"]
    # Its files are as the manifest says: the report is beside them.
    assert not [
        name
        for name in read_version(shop.published, version.build_id).manifest.files
        if "report" in name
    ]
    assert main(["report", "no-such-version"]) == 1


@pytest.mark.parametrize(
    ("number", "column", "text"),
    [
        (None, "customer_count", "–"),
        (0, "customer_count", "0"),
        (1234567, "customer_count", "1,234,567"),
        (-3, "customer_change", "−3"),
        (3, "customer_change", "+3"),
        (Decimal("999.995"), "net_revenue", "1,000.00"),
        (Decimal("1000.50"), "net_revenue", "1,000"),
        (Decimal("-0.50"), "net_revenue", "−0.50"),
        (0.12345, "repeat_purchase_rate", "12.3%"),
        (0.5, "change_rate", "+50.0%"),
        (1.5, "times_as_often", "1.50"),
        (date(2024, 2, 29), "day", "29 Feb 2024"),
        (date(2024, 2, 1), "cohort", "Feb 2024"),
        (True, "is_withheld", "yes"),
    ],
)
def test_values_are_written_for_people(number: Any, column: str, text: str) -> None:
    assert written(number, column) == text


def test_a_sparkline_needs_two_values() -> None:
    days = [date(2026, 6, day) for day in (1, 2, 11)]
    assert sparkline([]) == sparkline([(days[0], 1)]) == ""
    assert sparkline([(days[0], None), (days[1], 3)]) == ""
    svg = sparkline([(days[0], 2), (days[1], 4), (days[2], 2)])
    # As far apart as the days are.
    assert 'points="2.0,18.0 9.6,2.0 78.0,18.0"' in svg


def test_a_sankey_is_as_thick_as_its_flows() -> None:
    svg = sankey("moves", [("a", "b", 30), ("a", "a", 10), ("c", "b", 60)], ["a", "b"])
    widths = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', svg)]
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.02)
    assert widths[2] == pytest.approx(6 * widths[0], rel=0.02)
    assert svg.count("<rect") == 4


def test_labels_of_thin_values_do_not_stand_on_each_other() -> None:
    names = [f"value {number}" for number in range(10)]
    svg = sankey("moves", [(name, name, 1) for name in names] + [("all", "all", 10_000)], names)
    for anchor in ("start", "end"):
        heights = [float(y) for y in re.findall(rf'y="([-\d.]+)" text-anchor="{anchor}"', svg)]
        assert len(heights) == 11
        assert all(below - above >= 11 for above, below in pairwise(heights))
