"""The page for BI: its keys and relations are those declared, its queries answer what they say."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.pages.contracts import database_of, find_never_null
from segmentry.records.databases import BI
from tests.python.compiled import CompiledProject
from tests.python.published import Shop
from tests.python.warehouse import ROOT

PAGE = (ROOT / "segmentry" / "publish" / "BI.md").read_text(encoding="utf-8")
DAY = date(2026, 6, 30)
SINCE = date(2025, 7, 1)

Row = dict[str, Any]
# A table and its columns that point to those of another.
Relation = tuple[str, tuple[str, ...], str, tuple[str, ...]]


def sections(level: str) -> dict[str, str]:
    """Return the sections of the page under headings of a level, by heading."""
    parts = re.split(rf"^{level} (.+)\n", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables_of(section: str) -> list[list[list[str]]]:
    """Return the rows of every table of a section, as they are written, without their heads."""
    found = re.findall(r"^(?:\|.*\n)+", section, re.MULTILINE)
    return [
        [
            [cell.strip() for cell in line.strip("|\n ").split("|")]
            for line in table.splitlines()[2:]
        ]
        for table in found
    ]


def names(cell: str) -> tuple[str, ...]:
    """Return the names that stand in backticks."""
    return tuple(re.findall(r"`([^`]+)`", cell))


def queries_of(section: str) -> list[str]:
    """Return the queries of a section."""
    return re.findall(r"^ *```sql\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)


QUESTIONS = sections("###")


class Declared:
    """What the project declares of the tables in the file for BI.

    Attributes:
        tables: their names, without the views of single segments.
        segments: the views of single segments.
        keys: the keys of each table, the first declared first.
        relations: what points where, with the condition under which it is asked.
        never_null: columns that are never null.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        """Read them from dbt's manifest."""
        nodes = manifest["nodes"].values()
        published = {
            node["unique_id"]: node["name"] for node in nodes if database_of(node) == BI.name
        }
        self.segments = {
            node["name"]
            for node in nodes
            if node["unique_id"] in published and "segments" in node["fqn"]
        }
        self.tables = set(published.values()) - self.segments
        self.keys: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.relations: dict[Relation, str] = {}
        self.never_null = {
            (published[node], column)
            for node, column in find_never_null(nodes)
            if node in published
        }
        for node in nodes:
            test = node.get("test_metadata")
            table = published.get(node.get("attached_node"))
            if not test or not table:
                continue
            arguments = test["kwargs"]
            columns = tuple(arguments.get("columns") or [arguments.get("column_name")])
            where = node["config"].get("where") or ""
            to = "".join(re.findall(r"ref\('(\w+)'\)", str(arguments.get("to"))))
            match test["name"]:
                case "unique" | "unique_combination" if not where:
                    self.keys[table].append(columns)
                case "relationships" if to in self.tables:
                    self.relations[table, columns, to, (arguments["field"],)] = where
                case "combination_is_in" if to in self.tables:
                    self.relations[table, columns, to, columns] = where

    def key_rows(self) -> list[list[str]]:
        """Return the rows of the table of keys."""
        return [
            [f"`{table}`", "; or ".join(self.written(table, key) for key in self.keys[table])]
            for table in sorted(self.keys.keys() & self.tables)
        ]

    def written(self, table: str, key: tuple[str, ...]) -> str:
        """Return a key as the page writes it."""
        return ", ".join(
            f"`{column}`" + ("" if (table, column) in self.never_null else " (may be null)")
            for column in key
        )

    def relation_rows(self) -> list[list[str]]:
        """Return the rows of the table of relations."""
        return [
            [f"`{table}`", listed(columns), f"`{to}`", listed(fields), self.meets(relation)]
            for relation in sorted(self.relations)
            for table, columns, to, fields in [relation]
        ]

    def meets(self, relation: Relation) -> str:
        """Return how many rows stand on either side of a relation, in the page's words."""
        table, columns, to, fields = relation
        where = self.relations[relation]
        never_null = {(table, column) for column in columns} <= self.never_null
        left = "1" if columns in self.keys[table] else "n"
        right = "n" if fields not in self.keys[to] else "1" if never_null and not where else "0..1"
        return f"{left} : {right}" + (f", where `{where}`" if where else "")


def listed(columns: Iterable[str]) -> str:
    """Return names of columns as the page writes them."""
    return ", ".join(f"`{column}`" for column in columns)


@pytest.fixture(scope="module")
def declared(compiled_project: CompiledProject) -> Declared:
    """Return what the project declares."""
    return Declared(compiled_project.manifest)


class Version:
    """A published version.

    Attributes:
        folder: its folder.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder of a version."""
        self.folder = folder
        self.rows: dict[str, list[Row]] = {}

    def ask(self, query: str) -> list[Row]:
        """Return the rows of a query over the DuckDB file."""
        with duckdb.connect(str(self.folder / BI.file), read_only=True) as connection:
            return fetch(connection, query)

    def ask_parquet(self, query: str) -> list[Row]:
        """Return the rows of a query over the Parquet files, each under the name of its table."""
        with duckdb.connect() as connection:
            for file in (self.folder / BI.parquet).iterdir():
                connection.execute(f"create view {file.stem} as from read_parquet('{file}')")
            return fetch(connection, query)

    def table(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        if name not in self.rows:
            self.rows[name] = self.ask(f"from {name}")
        return self.rows[name]

    def customers(self) -> dict[str, Row]:
        """Return the facts of customers by id."""
        return {row["customer_id"]: row for row in self.table("customer_facts")}

    def members(self, segment: str) -> set[str]:
        """Return who is in a segment."""
        rows = self.table("segment_memberships")
        return {row["customer_id"] for row in rows if row["segment"] == segment}

    def valid_orders(self) -> list[Row]:
        """Return the valid orders, oldest first."""
        rows = [row for row in self.table("orders") if row["is_valid"]]
        return sorted(rows, key=lambda row: row["ordered_at"])

    def first_orders(self) -> dict[str, Row]:
        """Return the first valid order of each customer."""
        firsts: dict[str, Row] = {}
        for row in self.valid_orders():
            if row["customer_id"]:
                firsts.setdefault(row["customer_id"], row)
        return firsts


def fetch(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Return the rows of a query by the names of its columns."""
    result = connection.execute(query)
    columns = [column for column, *_ in result.description]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="module")
def version(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Return a published demo whose history has several days and causes.

    Everybody entered on 1 May but a few: of one-timers two by behaviour and three by a changed rule
    in June, one in the middle of May; of buyers somebody stayed from May to June.
    """
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("bi"))
    chosen = "segment = 'one_timers' and customer_id in (select customer_id from {} limit {})"
    one_timers = "(from segment_one_timers order by customer_id)"
    shop.execute(
        "update segment_history set entered_on = date '2026-05-01'",
        "update segment_history set entered_on = date '2026-05-15' where "
        + chosen.format(one_timers, 6),
        "update segment_history set entered_on = date '2026-06-10', entered_cause = 'definition' "
        "where " + chosen.format(one_timers, 5),
        "update segment_history set entered_on = date '2026-06-30', entered_cause = 'data' where "
        + chosen.format(one_timers, 2),
        "insert into segment_history by name select * replace (date '2026-06-20' as exited_on, "
        "'data' as exited_cause, 'gone' as customer_id) from segment_history "
        "where segment = 'buyers' limit 1",
    )
    shop.publish()
    return Version(shop.published.resolve() / "current")


def test_the_page_has_the_keys_that_are_declared(declared: Declared) -> None:
    section = sections("##")["Keys"]
    (rows,) = tables_of(section)
    assert rows == declared.key_rows()
    without = {name for name in names(section.rpartition("lists that people keep")[2])}
    assert without == declared.tables - declared.keys.keys()
    assert without


def test_the_page_has_the_relations_that_are_declared(declared: Declared) -> None:
    rows, _ = tables_of(sections("##")["Relations"])
    assert rows == declared.relation_rows()


def test_keys_are_keys_of_what_is_published(version: Version, declared: Declared) -> None:
    (key,) = declared.keys["segment_memberships"]
    of_segments = [(segment, key) for segment in declared.segments]
    of_tables = [(table, key) for table, keys in declared.keys.items() for key in keys]
    assert len(of_segments) > 60
    twice = " union all ".join(
        f"(select '{table}' as name from {table} group by {', '.join(columns)} having count(*) > 1)"
        for table, columns in [*of_tables, *of_segments]
    )
    assert version.ask(twice) == []


def test_relations_meet_as_many_rows_as_the_page_says(version: Version, declared: Declared) -> None:
    declared_rows, loose_rows = tables_of(sections("##")["Relations"])
    for table, columns, to, fields, meets in declared_rows:
        left, right = meets.partition(",")[0].split(" : ")
        counts = matches(version, names(table)[0], names(columns), names(to)[0], names(fields))
        assert right == "n" or counts.keys() <= {0, 1}
        assert right != "1" or counts.keys() <= {1}
        back = matches(version, names(to)[0], names(fields), names(table)[0], names(columns))
        assert left == "n" or back.keys() <= {0, 1}
    relations = [
        (names(table)[0], names(columns), names(to)[0], names(fields))
        for table, columns, to, fields, _ in loose_rows
    ]
    assert relations == sorted(relations)
    assert not declared.relations.keys() & relations
    for relation in relations:
        counts = matches(version, *relation)
        assert counts.keys() <= {0, 1}
        # Experiments are none in the demo.
        assert counts[1] > 0 or not version.table(relation[0])
    met_by_all = [
        relation for relation, row in zip(relations, loose_rows, strict=True) if row[-1] == "never"
    ]
    assert met_by_all
    assert [matches(version, *relation)[0] for relation in met_by_all] == [0] * len(met_by_all)


def matches(
    version: Version, table: str, columns: Iterable[str], to: str, fields: Iterable[str]
) -> Counter[int]:
    """Return how many rows of a table meet how many of another, by the latter number."""
    found = Counter(tuple(row[field] for field in fields) for row in version.table(to))
    return Counter(
        0 if None in key else found[key]
        for row in version.table(table)
        for key in [tuple(row[column] for column in columns)]
    )


def test_recommendations_meet_the_products_that_they_name(version: Version) -> None:
    (query,) = queries_of(sections("##")["Relations"])
    products = {
        f"{row['source_system']}:{row['product_id']}".removeprefix(":"): row["category"]
        for row in version.table("products")
    }
    assert any(":" in product_id for product_id in products)
    assert version.ask(query) == [
        {
            "customer_id": row["customer_id"],
            "product_name": row["product_name"],
            "category": products.get(row["product_id"]),
        }
        for row in sorted(
            version.table("customer_recommendations"), key=lambda row: row["customer_id"]
        )
        if row["recommendation_rank"] == 1
    ]


def test_there_are_ten_questions_with_a_query_each() -> None:
    assert len(QUESTIONS) == 10
    for question, section in QUESTIONS.items():
        assert question.endswith("?")
        assert len(queries_of(section)) == 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_file_and_parquet_give_the_same_answer(version: Version, question: str) -> None:
    (query,) = queries_of(QUESTIONS[question])
    answer = version.ask(query)
    assert answer
    assert version.ask_parquet(query) == answer


def near(value: float | Decimal) -> Any:
    """Return what equals a number up to rounding."""
    return pytest.approx(float(value), rel=1e-9, abs=1e-9)


def idle_subscribers(version: Version) -> Iterator[Row]:
    """Yield who last bought before April and may be mailed."""
    customers = version.customers()
    orders = defaultdict(list)
    for row in version.valid_orders():
        if row["customer_id"] and customers[row["customer_id"]]["is_email_subscriber"]:
            orders[row["customer_id"]].append(row)
    for customer_id, rows in orders.items():
        last = max(row["ordered_on"] for row in rows)
        if last < date(2026, 4, 1):
            yield {
                "customer_id": customer_id,
                "last_ordered_on": last,
                "order_count": len(rows),
                "net_revenue": sum(row["net_revenue"] for row in rows),
            }


def revenue_by_month(version: Version) -> Iterator[Row]:
    """Yield the revenue of each month by whom it is from."""
    firsts = version.first_orders()
    months: dict[date, Counter[str]] = defaultdict(Counter)
    for row in version.valid_orders():
        customer_id = row["customer_id"]
        month = months[row["ordered_on"].replace(day=1)]
        first = firsts.get(customer_id, {}).get("ordered_at")
        if not customer_id:
            kind = "from_nobody_known"
        else:
            kind = "from_new" if row["ordered_at"] == first else "from_returning"
        month["order_count"] += 1
        for name in ("net_revenue", kind):
            month[name] += row["net_revenue"]
    for number in range(min(months).year * 12, DAY.year * 12 + DAY.month):
        day = date(number // 12, number % 12 + 1, 1)
        month = months[day]
        yield {
            "month_start": day,
            "order_count": month["order_count"],
            "net_revenue": month["net_revenue"],
            **{
                name: month.get(name)
                for name in ("from_new", "from_returning", "from_nobody_known")
            },
        }


def coupon_lovers(version: Version) -> Iterator[Row]:
    """Yield what coupon lovers and other buyers bring."""
    members = version.members("coupon_lovers")
    assert members
    orders = [row for row in version.valid_orders() if row["customer_id"]]
    for who, is_member in (("coupon lovers", True), ("other buyers", False)):
        theirs = [row for row in orders if (row["customer_id"] in members) == is_member]
        people = len({row["customer_id"] for row in theirs})
        revenue = sum(row["net_revenue"] for row in theirs)
        yield {
            "who": who,
            "customer_count": people,
            "net_revenue_per_customer": near(revenue / people),
            "orders_per_customer": near(len(theirs) / people),
            "average_order_value": near(revenue / len(theirs)),
            "discount_share": near(
                sum(row["discount_amount"] for row in theirs)
                / sum(row["gross_revenue"] for row in theirs)
            ),
        }


def growth(version: Version) -> Iterator[Row]:
    """Yield how much plain segments grew since the end of May, and the three causes."""
    labels = {
        row["segment"]: row["label"]
        for row in version.table("segment_catalog")
        if not row["is_valued"]
    }
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in version.table("segment_history"):
        if row["segment"] not in labels:
            continue
        segment = counts[labels[row["segment"]]]
        was_in, is_in = (
            row["entered_on"] <= day and (row["exited_on"] is None or day < row["exited_on"])
            for day in (DAY - timedelta(days=30), DAY)
        )
        segment["growth"] += is_in - was_in
        segment[str(row["entered_cause"])] += is_in and not was_in
        segment[str(row["exited_cause"])] -= was_in and not is_in
        segment["moved"] += is_in != was_in
    for label, segment in counts.items():
        if segment["moved"]:
            yield {
                "label": label,
                "growth": segment["growth"],
                "by_customers": segment["data"],
                "by_changed_rule": segment["definition"],
                "by_joined_ids": segment["identity"],
            }


def cohorts(version: Version) -> Iterator[Row]:
    """Yield who of each month's new customers came back how many months later."""
    months: dict[str, set[int]] = defaultdict(set)
    for row in version.valid_orders():
        if row["customer_id"]:
            months[row["customer_id"]].add(
                row["ordered_on"].year * 12 + row["ordered_on"].month - 1
            )
    last = DAY.year * 12 + DAY.month - 1
    for cohort in range(min(map(min, months.values())), last + 1):
        people = [theirs for theirs in months.values() if min(theirs) == cohort]
        for later in (1, 2, 3, 6, 12):
            if cohort + later <= last and people:
                returned = sum(cohort + later in theirs for theirs in people)
                yield {
                    "cohort": date(cohort // 12, cohort % 12 + 1, 1),
                    "customer_count": len(people),
                    "months_later": later,
                    "returned_count": returned,
                    "retention_rate": near(returned / len(people)),
                }


def shared(version: Version) -> Iterator[Row]:
    """Yield whom discount seekers and loyal customers share."""
    a, b = (version.members(name) for name in ("discount_seekers", "loyal_customers"))
    yield {
        "segment_a": "discount_seekers",
        "segment_b": "loyal_customers",
        "customer_count": len(a & b),
        "share_of_a": near(len(a & b) / len(a)),
        "share_of_b": near(len(a & b) / len(b)),
    }


def countries(version: Version) -> Iterator[Row]:
    """Yield what orders and new customers are worth in each country; spend as it is published."""
    revenue: dict[str, list[Decimal]] = defaultdict(list)
    for row in version.valid_orders():
        if row["ordered_on"] >= SINCE:
            revenue[row["country_code"] or "unknown"].append(row["net_revenue"])
    spend = Counter[str]()
    for row in version.table("acquisition_costs"):
        if row["month"] >= f"{SINCE:%Y-%m}":
            spend[row["country_code"]] += row["spend"] or 0
    firsts = Counter(
        row["country_code"] or "unknown"
        for row in version.first_orders().values()
        if row["ordered_on"] >= SINCE
    )
    for country in revenue.keys() | spend.keys():
        of_orders, of_costs = revenue.get(country), country in spend
        yield {
            "country_code": country,
            "order_count": len(of_orders) if of_orders else None,
            "average_order_value": near(sum(of_orders) / len(of_orders)) if of_orders else None,
            "spend": spend[country] if of_costs else None,
            "first_time_buyer_count": firsts[country] if of_costs else None,
            "customer_acquisition_cost": near(Decimal(spend[country]) / firsts[country])
            if firsts[country]
            else None,
        }


def devices(version: Version) -> Iterator[Row]:
    """Yield the carts of each device's customers, by session; those abandoned as published."""
    carts = Counter(
        row["customer_id"]
        for row in version.table("sessions")
        if row["add_to_cart_count"] and row["started_on"] > DAY - timedelta(days=90)
    )
    users: dict[str, set[str]] = defaultdict(set)
    for row in version.table("segment_devices"):
        for value in (row["segment_value"], "*"):
            users[value].add(row["customer_id"])
    abandoned = {
        row["segment_value"]: row["abandoned_cart_count_last_90_days"]
        for row in version.table("segment_metrics")
        if row["segment"] == "devices"
    }
    for device, people in users.items():
        count = sum(carts[customer_id] for customer_id in people)
        yield {
            "device": device,
            "customer_count": len(people),
            "cart_count_last_90_days": count,
            "abandoned_cart_count_last_90_days": abandoned[device],
            "cart_abandonment_rate": near(abandoned[device] / count),
        }


def at_risk(version: Version) -> Iterator[Row]:
    """Yield what buyers of each churn band bring."""
    customers = version.customers()
    bands: dict[str, list[Row]] = defaultdict(list)
    for row in version.table("customer_predictions"):
        bands[row["churn_band"]].append({**customers[row["customer_id"]], **row})
    for band, rows in bands.items():
        yield {
            "churn_band": band,
            "buyer_count": len(rows),
            "mailable_count": sum(row["is_email_subscriber"] for row in rows),
            **{
                name: sum(row[name] for row in rows)
                for name in ("net_revenue_last_365_days", "predicted_value_next_365_days")
            },
        }


def favourites(version: Version) -> Iterator[Row]:
    """Yield what loyal customers buy of each category."""
    members = version.members("loyal_customers")
    categories = {
        (row["source_system"], row["product_id"]): row["category"]
        for row in version.table("products")
    }
    bought: dict[str | None, list[Row]] = defaultdict(list)
    for row in version.table("order_lines"):
        if row["is_valid"] and row["customer_id"] in members:
            bought[categories.get((row["source_system"], row["product_id"]))].append(row)
    for category, rows in bought.items():
        yield {
            "category": category,
            "customer_count": len({row["customer_id"] for row in rows}),
            "unit_count": sum(row["quantity"] for row in rows),
            "revenue_before_refunds": sum(
                row["quantity"] * row["unit_price"] - row["discount_amount"]
                for row in rows
                if row["unit_price"] is not None
            ),
        }


# What answers each question a second time, in the order of the page.
ANSWERS: tuple[Callable[[Version], Iterator[Row]], ...] = (
    idle_subscribers,
    revenue_by_month,
    coupon_lovers,
    growth,
    cohorts,
    shared,
    countries,
    devices,
    at_risk,
    favourites,
)


@pytest.mark.parametrize(("question", "answer"), list(zip(QUESTIONS, ANSWERS, strict=True)))
def test_the_answer_is_what_python_counts(
    version: Version, question: str, answer: Callable[[Version], Iterator[Row]]
) -> None:
    (query,) = queries_of(QUESTIONS[question])
    rows = list(version.ask(query))
    expected = list(answer(version))
    key = [name for name in rows[0] if isinstance(rows[0][name], (str, date))]
    key += [name for name in ("months_later",) if name in rows[0]]

    def place(row: Row) -> list[str]:
        return [f"{row[name]!s:>4}" for name in key]

    assert sorted(rows, key=place) == sorted(expected, key=place)


def test_totals_count_everybody_once(version: Version) -> None:
    (query,) = queries_of(sections("##")["Totals"])
    totals = {row["segment"]: row for row in version.ask(query)}
    catalog = {row["segment"] for row in version.table("segment_catalog")}
    customers = version.customers()
    with_members = {name for name in catalog if version.members(name)}
    assert totals.keys() == with_members
    sums = [row["customer_count"] for row in version.ask(query)]
    assert all(former >= latter for former, latter in pairwise(sums))
    for name, row in totals.items():
        members = version.members(name)
        assert row["customer_count"] == len(members)
        assert row["net_revenue"] == sum(customers[member]["net_revenue"] for member in members)
    # The page says what goes wrong without.
    values = [
        row["customer_count"]
        for row in version.table("segment_metrics")
        if row["segment"] == "category_buyers" and row["segment_value"] != "*"
    ]
    assert sum(values) > totals["category_buyers"]["customer_count"]


def test_revenue_of_orders_is_more_than_that_of_customers(version: Version) -> None:
    orders = sum(row["net_revenue"] for row in version.valid_orders())
    nobody = sum(row["net_revenue"] for row in version.valid_orders() if not row["customer_id"])
    customers = sum(row["net_revenue"] for row in version.table("customer_facts"))
    assert nobody > 0
    assert orders == customers + nobody
