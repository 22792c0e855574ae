"""What is left of a person who was erased: keyed hashes of their identifiers."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from segmentry.errors import SettingsError
from segmentry.state.folder import ERASURES, LEDGER
from segmentry.state.keys import KEY_CHECK, Keys

# What may be an address within a text, for Python and for DuckDB.
ADDRESS = r"""[^\s@,;"<>\[\]{}\\]+@[^\s@,;"<>\[\]{}\\]+"""


class Kind(StrEnum):
    """What a tombstone is of."""

    ADDRESS = "address"
    ACCOUNT = "account"
    VISITOR = "visitor"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class Tombstones:
    """The people who were erased.

    Attributes:
        keys: by which they are known.
        buried: the keyed hashes of their identifiers.
    """

    keys: Keys
    buried: frozenset[str]

    def has_address(self, email: str) -> bool:
        """Tell whether an address is of somebody who was erased; case does not count."""
        return self.keys.hash_of(email) in self.buried

    def has(self, kind: Kind, source_system: str, identifier: str) -> bool:
        """Tell whether an account, visitor or customer was erased.

        Args:
            kind: which of them it is.
            source_system: where it is known; empty for a customer.
            identifier: its id, to the letter.
        """
        return key_of(self.keys, kind, source_system, identifier) in self.buried


def key_of(keys: Keys, kind: Kind, source_system: str, identifier: str) -> str:
    """Return the keyed hash of an identifier; that of an address is what syncs know it by."""
    if kind is Kind.ADDRESS:
        return keys.hash_of(identifier)
    return keys.hash_exactly(kind, source_system, identifier)


def read_tombstones(state: Path, published: Path) -> Tombstones | None:
    """Return who was erased; None when nobody ever was.

    Args:
        state: the folder of what syncs remember.
        published: the folder of published versions, which tells that somebody was.

    Raises:
        SettingsError: when somebody was, and the secret that they are known by is not set or is
            another, or nothing is left that knows them.
    """
    path = state / LEDGER
    buried = _buried(path) if path.is_file() else frozenset()
    if not buried:
        if (published / ERASURES).exists():
            raise SettingsError(
                f"People were erased, as {published / ERASURES} tells, and {state} does not know "
                "whom: set SEGMENTRY_STATE_DIR to the folder that does, or they would come back."
            )
        return None
    keys = Keys.from_environment()
    if keys.hash_of(KEY_CHECK) not in buried:
        raise SettingsError(
            f"{path} knows who was erased by another SEGMENTRY_STATE_KEY: set that one, or they "
            "would come back."
        )
    return Tombstones(keys, buried)


def _buried(path: Path) -> frozenset[str]:
    """Return the tombstones of a ledger, and with any of them what shows their key."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as ledger:
            return frozenset(
                key
                for (key,) in ledger.execute(
                    "select key from tombstones union all select value from meta "
                    "where name = 'key' and exists (select 1 from tombstones)"
                )
            )
    except sqlite3.Error as error:
        raise SettingsError(
            f"{path}, which knows who was erased, can't be read: {error}."
        ) from None
