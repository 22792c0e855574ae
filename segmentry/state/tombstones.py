"""What is left of a person who was erased: keyed hashes of their identifiers."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from segmentry.errors import SettingsError
from segmentry.state.folder import LEDGER
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


def read_tombstones(state: Path) -> Tombstones | None:
    """Return who was erased; None when nobody ever was.

    Args:
        state: the folder of what syncs remember.

    Raises:
        SettingsError: when somebody was, and the secret that they are known by is not set or is
            another.
    """
    path = state / LEDGER
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as ledger:
            buried = frozenset(key for (key,) in ledger.execute("select key from tombstones"))
            known = ledger.execute("select value from meta where name = 'key'").fetchone()
    except sqlite3.Error as error:
        raise SettingsError(
            f"{path}, which knows who was erased, can't be read: {error}."
        ) from None
    if not buried:
        return None
    keys = Keys.from_environment()
    if known != (keys.hash_of(KEY_CHECK),):
        raise SettingsError(
            f"{path} knows who was erased by another SEGMENTRY_STATE_KEY: set that one, or they "
            "would come back."
        )
    return Tombstones(keys, buried)
