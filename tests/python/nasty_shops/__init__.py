"""Small raw folders, drawn by seed, that are meant to break a pipeline of customer facts.

A seed draws a profile (zone, as_of, guards, size), an ordinary population, a share of all tricks
and the way in which the tables are written. The same seed always gives the same bytes.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from tests.python.nasty_shops import (
    bad_rows,
    browsing,
    consents,
    identities,
    purchases,
    texts,
    thresholds,
    versions,
    voice,
)
from tests.python.nasty_shops.csv_text import MALFORMED_THEMES
from tests.python.nasty_shops.extremes import apply_extreme
from tests.python.nasty_shops.files import FILE_THEMES, render_files
from tests.python.nasty_shops.identities import SHARED_ACCOUNTS, SHARED_EMAILS
from tests.python.nasty_shops.population import add_people, add_products, add_rates
from tests.python.nasty_shops.profiles import CALENDARS, EXTREMES, draw_profile
from tests.python.nasty_shops.shop import Shop
from tests.python.reference.settings import Settings

# Every theme stands in the shops of these. Of the two last, one drew the ids that a seed of the
# project was read wrong by, the other money as an integer.
LONG_SEEDS = (*range(24), 28, 45)
RUN_STARTED_AT = datetime(2026, 11, 1, tzinfo=UTC)
TRICKS: tuple[Callable[[Shop], None], ...] = (
    *identities.TRICKS,
    *consents.TRICKS,
    *purchases.TRICKS,
    *browsing.TRICKS,
    *voice.TRICKS,
    *thresholds.TRICKS,
    *texts.TRICKS,
    *bad_rows.TRICKS,
    *versions.TRICKS,
)
"""All tricks; those that spoil and repeat rows come after those that make them."""
THEMES: tuple[str, ...] = (
    *(f"trick {trick.__name__}" for trick in TRICKS),
    *sorted({f"zone {zone}" for zone, _ in CALENDARS}),
    *(f"as_of {type(as_of).__name__} {as_of}" for _, as_of in CALENDARS),
    *(f"extreme {extreme}" for extreme in EXTREMES.values()),
    *("small guards", "default guards", "small persons", "default persons", "salted"),
    *("texts for ids", "numbers for ids"),
    *("trusted opens", "distrusted opens", "1 source systems", "4 source systems"),
    *(f"reporting currency {currency}" for currency in ("USD", "EUR", "JPY")),
    *FILE_THEMES,
    *MALFORMED_THEMES,
)
"""What every fifty seeds in a row bring into their shops between them."""


def draw_shop(seed: int) -> Shop:
    """Draw the rows of a seed's shop; what an extreme may undo doesn't count as its theme."""
    random = Random(seed)
    shop = Shop(random, draw_profile(seed, random))
    shop.themes.update(shop.profile.themes())
    add_rates(shop)
    add_people(shop, add_products(shop))
    for trick in TRICKS:
        if shop.chance(shop.profile.trick_share):
            trick(shop)
            if shop.profile.extreme is None:
                shop.themes.add(f"trick {trick.__name__}")
    apply_extreme(shop)
    return shop


def write_shop(
    folder: Path,
    seed: int,
    *,
    shared_emails: frozenset[str] = SHARED_EMAILS,
    shared_accounts: frozenset[str] = SHARED_ACCOUNTS,
    identity_links: tuple[tuple[str, ...], ...] = (),
    tracked_products: frozenset[tuple[str, str]] = frozenset(),
    sale_calendar: tuple[tuple[str, date, date], ...] = (),
) -> Settings:
    """Write the raw folder of a seed and return the settings under which it is computed.

    Args:
        folder: Where the files go; it is made if it isn't there.
        seed: What the shop is drawn from.
        shared_emails: Addresses that link nobody; the shops use those of the default.
        shared_accounts: Customer ids that are no account's; the shops use those of the default.
        identity_links: Source system, account and address of one side, then of the other.
        tracked_products: Source system and product_id of the products to follow.
        sale_calendar: Name, first and last day of each sale.

    """
    shop = draw_shop(seed)
    for name, content in render_files(shop).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    profile = shop.profile
    return Settings(
        as_of=profile.days.as_of,
        run_started_at=RUN_STARTED_AT,
        shop_timezone=profile.days.zone,
        reporting_currency=profile.reporting_currency,
        id_salt=profile.id_salt,
        shop_country=profile.shop_country,
        max_accounts_per_email=profile.max_accounts_per_email,
        max_emails_per_account=profile.max_emails_per_account,
        max_accounts_per_person=profile.max_accounts_per_person,
        new_arrival_days=profile.new_arrival_days,
        session_gap_minutes=profile.session_gap_minutes,
        feedback_valid_days=profile.feedback_valid_days,
        trust_unflagged_opens=profile.trust_unflagged_opens,
        affinities_min_baskets=profile.affinities_min_baskets,
        shared_emails=shared_emails,
        shared_accounts=shared_accounts,
        identity_links=identity_links,
        tracked_products=tracked_products,
        sale_calendar=sale_calendar,
    )
