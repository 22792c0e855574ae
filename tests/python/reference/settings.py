"""The settings that a run of the reference takes, named as the project's vars and seeds are."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Settings:
    """Vars, environment and seeds of one run.

    `as_of` is a date (the end of that day in the shop's time zone) or a UTC timestamp, each also
    as text; `run_started_at` is an aware UTC instant. `shared_emails`, `shared_accounts` (customer
    ids), `identity_links` (source system, account and address of one side and of the other, empty
    where there is none), `tracked_products` (source system, product id) and `sale_calendar` (name,
    first day, last day) stand for the seeds.
    """

    as_of: date | datetime | str
    run_started_at: datetime
    shop_timezone: str = "UTC"
    reporting_currency: str = "USD"
    id_salt: str = ""
    shop_country: str = "US"
    max_accounts_per_email: int = 10
    max_emails_per_account: int = 10
    max_accounts_per_person: int = 50
    identity_suggestions_max_block: int = 20
    new_arrival_days: int = 30
    session_gap_minutes: int = 30
    feedback_valid_days: int = 365
    trust_unflagged_opens: bool = False
    scanner_min_clicks_per_second: int = 20
    affinities_min_baskets: int = 5
    shared_emails: frozenset[str] = frozenset()
    shared_accounts: frozenset[str] = frozenset()
    identity_links: tuple[tuple[str, ...], ...] = ()
    tracked_products: frozenset[tuple[str, str]] = frozenset()
    sale_calendar: tuple[tuple[str, date, date], ...] = ()
