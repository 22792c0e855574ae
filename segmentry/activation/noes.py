"""The noes that platforms know, pulled into the ledger."""

from datetime import UTC, datetime, timedelta

from segmentry.activation.batches import in_batches
from segmentry.activation.ledger import Ledger, now
from segmentry.activation.platforms.interface import Platform

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
    new = 0
    for suppressions in in_batches(platform.suppressions(), AT_ONCE):
        kinds = {ledger.keys.hash_of(row.address): row.kind for row in suppressions}
        new += ledger.suppress(account, kinds, started)
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
    new = 0
    for suppressions in in_batches(platform.suppressions(latest=True), AT_ONCE):
        kinds = {ledger.keys.hash_of(row.address): row.kind for row in suppressions}
        new += ledger.suppress(account, kinds, now())
    return new


def _pulled(account: str) -> str:
    return f"noes of {account}"
