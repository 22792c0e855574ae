"""The noes that platforms know, pulled into the ledger."""

from segmentry.activation.batches import in_batches
from segmentry.activation.ledger import Ledger, now
from segmentry.activation.platforms.interface import Platform

# Noes are asked for in steps; a step in which none is new ends a quick look.
AT_ONCE = 100


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
    return new


def pull_latest(platform: Platform, ledger: Ledger, account: str) -> None:
    """Learn the noes that came since the last pull.

    Raises:
        PlatformError: when the platform can't be asked.
    """
    for suppressions in in_batches(platform.suppressions(), AT_ONCE):
        kinds = {ledger.keys.hash_of(row.address): row.kind for row in suppressions}
        if not ledger.suppress(account, kinds, now()):
            break
