"""A sync that is killed at any write to its ledger: one more run, and all is as it should be."""

from itertools import count
from pathlib import Path

import pytest

from tests.python.activation_shop import ActivationShop, Person, people
from tests.python.conftest import PROVE
from tests.python.killed_sync import run_until_write
from tests.python.rigs import PLATFORMS, rig_of

# A killed run in each so many writes; the long counts kill it at every one.
STEP = 1 if PROVE else 17
FEWEST_WRITES = 20


def crowd(is_odd: bool) -> dict[str, Person]:
    """Return one of two crowds, between which people come, go, change and withdraw."""
    here = people(12, first=4 if is_odd else 0)
    changed = here["c6"].but(order_count=2 if is_odd else 1)
    withdrawn = here["c7"].but(may_be_written_to=not is_odd)
    return here | {"c6": changed, "c7": withdrawn}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "klaviyo" else pytest.mark.prove)
        for name in PLATFORMS
    ],
)
def test_a_killed_run_is_made_good_by_the_next(name: str, tmp_path: Path) -> None:
    with rig_of(name, ActivationShop(tmp_path)) as rig:
        killed = 0
        for number in count(1, STEP):
            wanted = crowd(bool(killed % 2))
            rig.shop.publish(wanted)
            if not run_until_write(rig, number):
                break
            killed += 1
            rig.run(allow_removals=True)
            sendable = {person.email for person in wanted.values() if person.may_be_written_to}
            assert rig.members() == rig.ours() == sendable
            before = rig.write_count()
            assert rig.run().status == "succeeded"
            assert rig.write_count() == before
        assert killed * STEP >= FEWEST_WRITES
