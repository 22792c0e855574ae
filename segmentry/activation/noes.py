"""The noes that platforms know, pulled into the ledger."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from segmentry.activation.batches import in_batches
from segmentry.activation.ledger import Ledger, now
from segmentry.activation.platforms.interface import Platform, Suppression

# Noes are kept in steps.
AT_ONCE = 100
# What an account has said may be taken back; it is asked for all of it so often.
ALL_AFTER = timedelta(hours=20)


def pull(platform: Platform, ledger: Ledger, account: str) -> int:
    """Learn what is new since the last run, or once a day all of it.

    Returns:
        How many are new.

    Raises:
        PlatformError: when the platform can't be asked.
    """
    pulled_at = ledger.meta(_pulled(account))
    if pulled_at and datetime.now(UTC) - datetime.fromisoformat(pulled_at) < ALL_AFTER:
        return pull_latest(platform, ledger, account)
    return pull_all(platform, ledger, account)


def pull_all(platform: Platform, ledger: Ledger, account: str) -> int:
    """Learn every no that an account knows, and forget those that it takes back.

    Returns:
        How many are new.

    Raises:
        PlatformError: when the platform can't be asked.
    """
    started = now()
    new = _keep(platform.suppressions(), ledger, account, started)
    ledger.drop_suppressions(account, started)
    ledger.set_meta(_pulled(account), started)
    return new


def pull_latest(platform: Platform, ledger: Ledger, account: str) -> int:
    """Learn the noes that came last.

    Returns:
        How many are new.

    Raises:
        PlatformError: when the platform can't be asked.
    """
    return _keep(platform.suppressions(latest=True), ledger, account, now())


def _keep(suppressions: Iterable[Suppression], ledger: Ledger, account: str, seen_at: str) -> int:
    """Keep noes, and return how many are new."""
    new = 0
    for batch in in_batches(suppressions, AT_ONCE):
        kinds = {ledger.keys.hash_of(row.address): row.kind for row in batch}
        new += ledger.suppress(account, kinds, seen_at)
    return new


def _pulled(account: str) -> str:
    return f"noes of {account}"
