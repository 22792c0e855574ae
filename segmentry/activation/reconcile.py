"""Holds the ledger against what a platform itself says of its audiences."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from segmentry.activation.batches import in_batches
from segmentry.activation.desired import BATCH
from segmentry.activation.ledger import Ledger, State
from segmentry.activation.plans import Setting, alone
from segmentry.activation.platforms.interface import Platform


def reconcile(setting: Setting, platform: Platform, adopt: bool) -> list[dict[str, Any]]:
    """Mend the ledger where the platform says otherwise; the platform is left as it is.

    Args:
        setting: where the sync works.
        platform: the account.
        adopt: whether strangers become ours; those who are not wanted are removed by the next run.

    Returns:
        For each audience its id, and how many are `ours`, were `lost` on the platform and are sent
        again, are `strangers`, or were `adopted`; null where the platform does not tell.

    Raises:
        SyncError: when a run of the sync is at work, or the platform can't be asked.
    """
    with alone(setting.state, setting.name), closing(Ledger(setting.state, setting.keys)) as ledger:
        return list(_reconciled(setting, platform, ledger, adopt))


def _reconciled(
    setting: Setting, platform: Platform, ledger: Ledger, adopt: bool
) -> Iterator[dict[str, Any]]:
    for audience in setting.sync.audiences:
        platform.prepare(audience.id, [])
        members = platform.members(audience.id)
        if members is None:
            yield {"audience": audience.id, "ours": None}
            continue
        with ledger.transaction():
            ledger.start_looking()
            for batch in in_batches(members, BATCH):
                ledger.add_strangers(setting.name, audience.id, batch)
                ledger.see([setting.keys.hash_of(address) for address in batch])
            lost = ledger.forget_unseen(setting.name, audience.id)
            adopted = ledger.adopt(setting.name, audience.id) if adopt else 0
        counts = ledger.counts(setting.name)
        yield {
            "audience": audience.id,
            "ours": counts.get((audience.id, State.MEMBER), 0),
            "lost": lost,
            "strangers": counts.get((audience.id, State.STRANGER), 0),
            "adopted": adopted,
        }
