"""The warehouse says what the reference says, for the demo shop and for shops that are nasty."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from tests.python.comparison import compare
from tests.python.conftest import PROVE
from tests.python.nasty_shops import LONG_SEEDS, draw_shop, write_shop
from tests.python.nasty_shops.shop import Shop
from tests.python.projects import (
    copy_project,
    sale_calendar,
    shared_accounts,
    shared_emails,
    tracked_products,
    write_seed,
)
from tests.python.reference import Forecast, Settings, compute
from tests.python.reference.segments import RULES
from tests.python.reference.segments.prediction import nobody
from tests.python.warehouse import ROOT, build_warehouse

SHOP_SEEDS = LONG_SEEDS if PROVE else (3,)
SHOWN = 20
LINKS = 12
SIDE = ("source_system", "account_id", "email")
LINK_COLUMNS = ",".join([*SIDE, *(f"other_{name}" for name in SIDE), "accepted_on", "note"])
DEMO_AS_OF = "2026-06-30"


def assert_none(differences: list[str]) -> None:
    """Fail with the first differences."""
    shown = "\n".join(differences[:SHOWN])
    assert not differences, f"{len(differences)} differences, first:\n{shown}"


def sales_around(day: date) -> tuple[tuple[str, date, date], ...]:
    """Return sales of a week, of a day, of a whole year and of the future around a day."""
    return (
        ("Week", day - timedelta(days=44), day - timedelta(days=38)),
        ("Day", day - timedelta(days=12), day - timedelta(days=12)),
        ("Year", day - timedelta(days=400), day - timedelta(days=35)),
        ("Running", day - timedelta(days=2), day + timedelta(days=2)),
        ("Future", day + timedelta(days=10), day + timedelta(days=20)),
    )


def some_products(shop: Shop) -> frozenset[tuple[str, str]]:
    """Return every other product of a shop, and one that nobody sells."""
    keys = [
        (row.get("source_system") or "", row["product_id"] or "")
        for row in shop.rows["products"]
        if row.get("product_id")
    ]
    return frozenset({*keys[::2], ("", "sold nowhere")})


def some_links(shop: Shop) -> tuple[tuple[str, ...], ...]:
    """Return links of accounts and addresses of a shop, and such as join nobody.

    Half of them have one end in common, so that there are guards to hold.
    """
    random = Random(len(shop.rows["orders"]))
    sides = sorted(
        {
            side
            for table in ("customers", "orders", "events", "surveys")
            for row in shop.rows[table]
            for side in (
                (row.get("source_system") or "", row.get("customer_id") or "", ""),
                ("", "", row.get("email") or ""),
            )
            if any(side[1:]) and not any(map(str.isspace, side[2].strip()))
        }
    )
    links = [random.choice(sides) + random.choice(sides) for _ in range(LINKS)]
    crowd = random.choice(sides)
    links += [crowd + random.choice(sides) for _ in range(LINKS)]
    nobody = [("", "never seen", ""), ("", "", "info@shop.example"), ("", "guest", "")]
    return (*links, links[0], *(side + random.choice(sides) for side in nobody))


def forecast_of(warehouse: Path) -> Forecast:
    """Return who is in the segments that fitted models fill."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        members = connection.execute(
            "select segment, customer_id, segment_value, evidence_at from segment_memberships"
        ).fetchall()
        purchases, values = connection.execute(
            "select max(buyers) filter (model = 'mbg_nbd'), "
            "max(buyers) filter (model = 'gamma_gamma') "
            "from prediction_models where purpose = 'forecast' and outcome = 'passed'"
        ).fetchall()[0]
        ((clusters,),) = connection.execute(
            "select sum(customer_count) from cluster_profiles"
        ).fetchall()
    return Forecast(
        {
            segment: {row[1:] for row in members if row[0] == segment}
            for segment, rule in RULES.items()
            if rule is nobody
        },
        {
            "forecast of purchases": purchases or 0,
            "forecast of order values": values or 0,
            "clusters of buyers": clusters or 0,
        },
    )


def test_demo_shop_agrees(whole_build: Path) -> None:
    settings = Settings(
        as_of=DEMO_AS_OF,
        run_started_at=datetime.now(UTC),
        shared_emails=shared_emails(),
        shared_accounts=shared_accounts(),
        tracked_products=tracked_products(),
        sale_calendar=sale_calendar(),
    )
    expected = compute(ROOT / "seeds" / "demo_shop", settings, forecast_of(whole_build))
    assert_none(compare(expected, whole_build))


@pytest.mark.parametrize("shop_seed", SHOP_SEEDS)
def test_nasty_shop_agrees(tmp_path: Path, shop_seed: int) -> None:
    """A copy of the project has sales, tracked products and links that suit the shop."""
    shop = draw_shop(shop_seed)
    sales = sales_around(shop.profile.days.last_day)
    products = some_products(shop)
    links = some_links(shop)
    project = copy_project(tmp_path / "project")
    write_seed(project, "sale_calendar", "sale_name,starts_on,ends_on", sales)
    write_seed(project, "tracked_products", "source_system,product_id", sorted(products))
    write_seed(project, "identity_links", LINK_COLUMNS, [(*link, "", "") for link in links])
    raw_dir = tmp_path / "raw"
    settings = write_shop(
        raw_dir,
        shop_seed,
        shared_emails=shared_emails(),
        shared_accounts=shared_accounts(),
        identity_links=links,
        tracked_products=products,
        sale_calendar=sales,
    )
    warehouse = tmp_path / "segmentry.duckdb"
    build_warehouse(raw_dir, settings, warehouse, project_dir=project)
    assert_none(compare(compute(raw_dir, settings, forecast_of(warehouse)), warehouse))
