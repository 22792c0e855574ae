"""Which customer is meant by an id or an address."""

from dataclasses import dataclass, field

from segmentry.errors import RecordsError
from segmentry.explain.source import Row, Source
from segmentry.state.keys import masked
from segmentry.state.tombstones import Kind, Tombstones

ACCOUNT, EMAIL, VISITOR = "account", "email", "anonymous_id"


class UnknownError(RecordsError):
    """Nobody, or more than one customer, is known by what was asked for."""


@dataclass(frozen=True)
class Person:
    """A customer who was found.

    Attributes:
        customer_id: the id that they have now.
        former_customer_id: the id that was asked for, when it became this one; else None.
        identifiers: the accounts, addresses and visitors that are theirs, as `identity_map` has
            them, without those that nobody may know.
        merges: their former ids, as `customer_merges` has them.
    """

    customer_id: str
    former_customer_id: str | None = None
    identifiers: list[Row] = field(default_factory=list)
    merges: list[Row] = field(default_factory=list)

    @property
    def emails(self) -> list[str]:
        """Their addresses, trimmed and in lower case."""
        return [row["identifier"] for row in self.identifiers if row["identifier_type"] == EMAIL]


def find_person(
    source: Source,
    wanted: str,
    source_system: str | None = None,
    erased: Tombstones | None = None,
) -> Person:
    """Return the customer who is meant.

    Args:
        source: the tables.
        wanted: an email address, in any case; or a customer id, a former one or the id of an
            account, to the letter.
        source_system: the system that issued the id, which is an account's then; None for any.
        erased: who was erased; nobody tells that any of them was ever there.

    Raises:
        UnknownError: when nobody is known by it, or several are, naming what tells them apart.
    """
    wanted = wanted.strip()
    found = _by_address(source, wanted) if "@" in wanted else _by_id(source, wanted, source_system)
    if len(found) > 1:
        raise UnknownError(_which(wanted, found))
    person = _person(source, wanted, *found) if found else None
    if person is None or (erased and _is_erased(person, erased)):
        raise UnknownError(_nobody(source, wanted))
    return person


def _by_address(source: Source, wanted: str) -> dict[str, list[str]]:
    """Return the customer of an address; the systems that know them by it don't matter."""
    if not source.shows_contacts:
        raise RecordsError(
            "Addresses stand in contacts.duckdb, which this user may not read: name the customer "
            "by their id, or ask whoever owns the file."
        )
    rows = source.rows("identity_map", "identifier", [wanted.lower()], {"identifier_type": EMAIL})
    return {row["customer_id"]: [] for row in rows}


def _by_id(source: Source, wanted: str, source_system: str | None) -> dict[str, list[str]]:
    """Return the customers whom an id may mean, and the systems in which it is an account's."""
    also = {"identifier_type": ACCOUNT}
    if source_system is not None:
        also["source_system"] = source_system
    found: dict[str, list[str]] = {}
    for row in source.rows("identity_map", "identifier", [wanted], also):
        found.setdefault(row["customer_id"], []).append(row["source_system"])
    if source_system is None:
        for row in source.rows("customer_facts", "customer_id", [wanted]):
            found.setdefault(row["customer_id"], [])
        for row in source.rows("customer_merges", "former_customer_id", [wanted]):
            found.setdefault(row["customer_id"], [])
    return found


def _person(source: Source, wanted: str, customer_id: str) -> Person:
    merges = source.rows("customer_merges", "customer_id", [customer_id])
    return Person(
        customer_id,
        former_customer_id=wanted
        if wanted in [row["former_customer_id"] for row in merges]
        else None,
        identifiers=[
            {name: row[name] for name in ("identifier_type", "source_system", "identifier")}
            for row in source.rows("identity_map", "customer_id", [customer_id])
        ],
        merges=merges,
    )


def _is_erased(person: Person, erased: Tombstones) -> bool:
    kinds = {ACCOUNT: Kind.ACCOUNT, EMAIL: Kind.ADDRESS, VISITOR: Kind.VISITOR}
    ids = [person.customer_id, *(row["former_customer_id"] for row in person.merges)]
    return any(erased.has(Kind.CUSTOMER, "", id_) for id_ in ids) or any(
        erased.has(kinds[row["identifier_type"]], row["source_system"], row["identifier"])
        for row in person.identifiers
    )


def _which(wanted: str, found: dict[str, list[str]]) -> str:
    meant = [
        f"in {system or 'the system without a name'} the account of customer {customer} "
        f"(--source-system {system or repr('')})"
        for customer, systems in sorted(found.items())
        for system in sorted(systems)
    ]
    meant += [f"customer {customer}" for customer, systems in sorted(found.items()) if not systems]
    return f"{wanted} may mean {len(found)} customers: {'; '.join(meant)}. Say which."


def _nobody(source: Source, wanted: str) -> str:
    place = f"version {source.build_id}" if source.build_id else "the working build"
    name = masked(wanted) if "@" in wanted else wanted
    elsewhere = " --warehouse looks into the working build." if source.build_id else ""
    return (
        f"Nobody is known as {name} in {place}. Name a customer by an email address of theirs, by "
        f"their customer_id, or by the id of an account, to the letter.{elsewhere}"
    )
