"""Builds the same events from Google Analytics' export and from raw files, and measures both."""

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from benchmarks.builds import DBT, PROJECT, Build, build, settings_of
from benchmarks.measure import run
from benchmarks.shop import LAST_DAY

DAYS = 10
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
# All that is made of events, from the files on.
MODELS = ("+path:models/intermediate/events", "+browsing_facts")
NOTHING, RAW, GA4 = "no events", "raw files", "the connector"
FULL, NEXT = "from nothing", "the last day again"

# Eight events a visit, two thirds of them without an item, the others with one to six.
EVENTS = """
    create table events as
    with numbered as (
        select
            number,
            number // 8 as visit,
            cast(hash(number) >> 2 as bigint) as chance,
            timestamp '{first_day}'
            + to_microseconds(cast(number * ({days} * 86400e6 / {count}) as bigint)) as occurred_at
        from range({count}) as numbers(number)
    )
    select
        *,
        cast(occurred_at as date) as day,
        'v' || visit % {visitors} || '.1' as visitor,
        case when chance % 5 = 0 then 'c' || visit % {visitors} end as account,
        [
            'page_view', 'page_view', 'page_view', 'user_engagement', 'scroll', 'session_start',
            'scroll', 'view_item', 'view_item_list', 'add_to_cart', 'begin_checkout', 'purchase'
        ][chance % 12 + 1] as event_name,
        list_transform(
            range([0, 0, 0, 0, 0, 0, 0, 1, 6, 1, 2, 2][chance % 12 + 1]),
            lambda place: 'p' || (chance + place) % 2000
        ) as products,
        case when event_name = 'purchase' then 'o' || number end as order_id,
        '/c/' || chance % 500 as path,
        ['news', null, null, null][visit % 4 + 1] as source,
        ['Germany', 'United States', 'France'][visit % 3 + 1] as country,
        ['DE', 'US', 'FR'][visit % 3 + 1] as country_code
    from numbered
"""
VALUE = (
    "{{'key': '{key}', 'value': {{'string_value': cast({text} as varchar), "
    "'int_value': cast({number} as bigint), "
    "'float_value': null::double, 'double_value': null::double}}}}"
)
PARAMS = [
    VALUE.format(key=key, text=text, number=number)
    for key, text, number in (
        ("ga_session_id", "null", "1000 + visit"),
        ("ga_session_number", "null", "1"),
        ("page_location", "'https://shop.example' || path || '?x=' || chance % 7", "null"),
        ("page_referrer", "'https://search.example/?q=' || chance % 50", "null"),
        ("page_title", "'Category ' || chance % 500", "null"),
        ("engagement_time_msec", "null", "chance % 9000"),
        ("session_engaged", "'1'", "null"),
        ("batch_ordering_id", "null", "chance % 9"),
    )
]
EXPORTED = f"""
    select
        strftime(day, '%Y%m%d') as event_date,
        epoch_us(occurred_at) as event_timestamp,
        event_name,
        [{", ".join(PARAMS)}] as event_params,
        account as user_id,
        visitor as user_pseudo_id,
        '77' as stream_id,
        'WEB' as platform,
        {{'category': 'mobile', 'operating_system': 'iOS', 'browser': null::varchar,
            'web_info': {{'browser': 'Safari', 'hostname': 'shop.example'}}}} as device,
        {{'country': country, 'city': 'x'}} as geo,
        {{'manual_source': source, 'manual_medium': case when source <> '' then 'email' end,
            'manual_campaign_name': source, 'gclid': null::varchar}} as collected_traffic_source,
        {{'transaction_id': order_id, 'purchase_revenue': 1.5::double}} as ecommerce,
        list_transform(products, lambda product: {{
            'item_id': product, 'item_name': 'Product ' || product, 'item_brand': 'Brand',
            'price': 9.9::double, 'quantity': 1::bigint
        }}) as items
    from events
"""
IN_RAW_SHAPE = """
    select
        md5('e' || number || '-' || place) as event_id,
        occurred_at,
        event_name,
        visitor as anonymous_id,
        account as customer_id,
        visitor || ':77:' || 1000 + visit as session_id,
        product as product_id,
        order_id,
        path as page_path,
        'mobile' as device_type,
        'Safari' as browser,
        'iOS' as operating_system,
        country_code,
        source as utm_source,
        case when source <> '' then 'email' end as utm_medium,
        source as utm_campaign,
        'https://search.example/?q=' || chance % 50 as referrer,
        day
    from (
        select
            *,
            unnest(products_or_null) as product,
            generate_subscripts(products_or_null, 1) as place
        from (
            select *, case when len(products) > 0 then products else [null] end as products_or_null
            from events
        )
    )
"""
SAME = """
    select count(*) from (
        (from shop.browsing_facts except all from other.browsing_facts)
        union all
        (from other.browsing_facts except all from shop.browsing_facts)
    )
"""


@dataclass(frozen=True)
class Step:
    """A build.

    Attributes:
        what: what was built: `NOTHING`, `RAW` or `GA4`.
        when: which build of it.
        built: what it took.
    """

    what: str
    when: str
    built: Build


def measure_ga4(folder: Path, count: int) -> list[Step]:
    """Build all that is made of events twice: from the export, and from raw files of the same rows.

    A build without events says what of it is dbt and the rest of the project.

    Args:
        folder: an empty folder for all files.
        count: how many events there are; a third of them has items.

    Raises:
        CalledProcessError: when a build fails.
        ValueError: when the facts of both differ.
    """
    write_events(folder, count)
    steps: list[Step] = []
    for what in (NOTHING, RAW, GA4):
        home = folder / what.split()[-1]
        home.mkdir()
        settings = settings_of(folder / ("raw" if what == RAW else "orders"), home, LAST_DAY)
        if what == GA4:
            settings |= {
                "SEGMENTRY_CONNECTORS": "ga4",
                "SEGMENTRY_GA4_DIR": str(folder / "ga4"),
            }
        run([DBT, "--quiet", "parse"], PROJECT, settings)
        for when in (FULL, NEXT):
            if when == NEXT:
                touch(folder)
            built = build(settings, "--exclude-resource-type=test", "--select", *MODELS)
            steps.append(Step(what, when, built))
    with duckdb.connect() as connection:
        for name, what in (("shop", RAW), ("other", GA4)):
            warehouse = folder / what.split()[-1] / "segmentry.duckdb"
            connection.execute(f"attach '{warehouse}' as {name} (read_only)")
        ((differing,),) = connection.execute(SAME).fetchall()
    if differing:
        raise ValueError(f"{differing} browsing facts differ between the connector and raw files.")
    return steps


def write_events(folder: Path, count: int) -> None:
    """Write the events of ten days in both shapes, a file a day, and an order."""
    for name in ("orders", "raw/events", "ga4"):
        (folder / name).mkdir(parents=True)
    with duckdb.connect() as connection:
        visitors = max(count // 16, 1)
        connection.execute(
            EVENTS.format(first_day=FIRST_DAY, days=DAYS, count=count, visitors=visitors)
        )
        connection.execute(
            "copy (select 'x' as order_id, 'c1' as customer_id, "
            "timestamp '2026-06-01' as ordered_at, 'completed' as status, "
            "'USD' as currency, 1 as subtotal_amount) "
            f"to '{folder / 'orders' / 'orders.parquet'}' (format parquet)"
        )
        for day in (FIRST_DAY + timedelta(days=number) for number in range(DAYS)):
            for query, path in (
                (IN_RAW_SHAPE, folder / "raw" / "events" / f"{day}.parquet"),
                (EXPORTED, folder / "ga4" / f"events_{day:%Y%m%d}.parquet"),
            ):
                connection.execute(
                    f"copy (select * from ({query} where day = date '{day}' order by occurred_at)) "
                    f"to '{path}' (format parquet)"
                )
    shutil.copy(folder / "orders" / "orders.parquet", folder / "raw" / "orders.parquet")


def touch(folder: Path) -> None:
    """Have the files of the last day seem to be written anew."""
    for path in (*(folder / "raw" / "events").iterdir(), *(folder / "ga4").iterdir()):
        if path.stem.replace("-", "").endswith(f"{LAST_DAY:%Y%m%d}"):
            os.utime(path)
