"""What has to change on a platform: who is wanted there, against who is there because of us."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from segmentry.activation.batches import in_batches
from segmentry.activation.desired import BATCH, Wanted
from segmentry.activation.ledger import Ledger, Member, State

Pair = tuple[Wanted | None, Member | None]


class Kind(StrEnum):
    """What is done with a row."""

    KEEP = "keep"
    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    # Must not be written to any more: taken out whatever the guards say.
    WITHDRAW = "withdraw"
    # Wanted, and must not be written to, or not yet.
    HOLD_BACK = "hold back"
    # Rejected too often with these values.
    WAIT = "wait"


@dataclass(frozen=True)
class Change:
    """A row of an audience, and what is done with it.

    Attributes:
        kind: what.
        audience: its id.
        key: the keyed hash of the address.
        wanted: what is to be there; None for who is not wanted.
        member: what the ledger knows of it; None when it knows nothing.
        reason: why somebody is held back or waits.
    """

    kind: Kind
    audience: str
    key: str
    wanted: Wanted | None
    member: Member | None
    reason: str = ""


def changes(
    wanted: Iterator[Wanted], ledger: Ledger, sync: str, rejections: int
) -> Iterator[Change]:
    """Yield every row that is wanted somewhere, or there because of us.

    Args:
        wanted: by audience and key, in ascending order.
        ledger: what is there because of us, and who must not be written to.
        sync: the name of the sync.
        rejections: how many of the same make a row wait for other values.
    """
    waiting = ledger.waiting(sync, rejections)
    for pairs in in_batches(_merged(wanted, ledger.members(sync)), BATCH):
        noes = ledger.noes([_place(pair)[1] for pair in pairs])
        for pair in pairs:
            audience, key = _place(pair)
            digest, reason = waiting.get((audience, key), ("", ""))
            yield from _change(pair, noes.get(key, ""), digest, reason)


def _change(pair: Pair, no: str, waiting: str, rejected: str) -> Iterator[Change]:
    """Yield what is done with a row.

    Args:
        pair: what is wanted and what is known.
        no: why the person must not be written to; empty when they may.
        waiting: the digest of the values with which the row waits.
        rejected: why it does.
    """
    wanted, member = pair
    place = _place(pair)
    if wanted and no:
        yield Change(Kind.HOLD_BACK, *place, wanted, member, no)
    if no or not wanted:
        if member and member.state is not State.STRANGER:
            yield Change(Kind.WITHDRAW if no else Kind.REMOVE, *place, None, member)
        return
    is_there = member is not None and member.state in (State.MEMBER, State.STRANGER)
    if member and is_there and member.digest == wanted.digest:
        yield Change(Kind.KEEP, *place, wanted, member)
    elif wanted.waits_for and (member is None or member.state is State.STRANGER):
        yield Change(Kind.HOLD_BACK, *place, wanted, member, wanted.waits_for)
    elif waiting == wanted.digest:
        yield Change(Kind.WAIT, *place, wanted, member, rejected)
    else:
        yield Change(Kind.UPDATE if is_there else Kind.ADD, *place, wanted, member)


def _place(pair: Pair) -> tuple[str, str]:
    row = pair[0] or pair[1]
    assert row
    return row.audience, row.key


def _merged(wanted: Iterator[Wanted], members: Iterator[Member]) -> Iterator[Pair]:
    """Yield both sides of each row; both come by audience and key."""
    left, right = next(wanted, None), next(members, None)
    while left or right:
        # Who is on one side alone comes first when the other side is further on.
        is_left = left is not None and (
            right is None or _place((left, None)) <= _place((None, right))
        )
        is_right = right is not None and (
            left is None or _place((None, right)) <= _place((left, None))
        )
        yield (left if is_left else None, right if is_right else None)
        if is_left:
            left = next(wanted, None)
        if is_right:
            right = next(members, None)


def count(rows: Iterable[Change]) -> dict[str, dict[Kind, int]]:
    """Return how many rows of each audience are done what with."""
    counts: dict[str, dict[Kind, int]] = {}
    for row in rows:
        of_audience = counts.setdefault(row.audience, dict.fromkeys(Kind, 0))
        of_audience[row.kind] += 1
    return counts
