"""Who is to be erased: everything that published versions know them by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from segmentry.activation.errors import SyncError
from segmentry.records.databases import CONTACTS
from segmentry.records.versions import Version, current_build_id, versions
from segmentry.settings.memory import limit_memory
from segmentry.state.keys import Keys
from segmentry.state.tombstones import Kind, key_of

Identifier = tuple[str, str]


@dataclass
class Person:
    """Somebody, by all that they are known by.

    Attributes:
        emails: their addresses, trimmed and in lower case.
        accounts: their accounts, as source system and id.
        visitors: their browsers and devices, as source system and id.
        customers: their customer ids, former ones as well.
    """

    emails: set[str] = field(default_factory=set)
    accounts: set[Identifier] = field(default_factory=set)
    visitors: set[Identifier] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)

    def tombstones(self, keys: Keys) -> Iterator[tuple[Kind, set[str]]]:
        """Yield the keyed hashes that are left of them, by what they are of."""
        named: dict[Kind, set[Identifier]] = {
            Kind.ADDRESS: {("", email) for email in self.emails},
            Kind.ACCOUNT: self.accounts,
            Kind.VISITOR: self.visitors,
            Kind.CUSTOMER: {("", customer) for customer in self.customers},
        }
        for kind, identifiers in named.items():
            yield kind, {key_of(keys, kind, *identifier) for identifier in identifiers}


def find_person(published: Path, wanted: str) -> Person:
    """Return everything that a person is known by.

    It is what the current version says; where that does not know them, the latest that does. An
    address that no version knows stands for itself.

    Args:
        published: the folder of published versions.
        wanted: an email address or a customer id.

    Raises:
        SyncError: when no version knows a customer of that id.
    """
    kept = versions(published)
    current = current_build_id(published)
    kept.sort(key=lambda version: (version.build_id == current, version.build_id), reverse=True)
    for version in kept:
        if person := _person_in(version, wanted):
            return person
    if "@" in wanted:
        return Person(emails={wanted.strip().lower()})
    raise SyncError(
        f"No published version knows a customer {wanted}. Name them by their email address, or by "
        "the customer_id as it is published."
    )


def _person_in(version: Version, wanted: str) -> Person | None:
    with duckdb.connect() as connection:
        limit_memory(connection)
        connection.execute(f"attach '{version.folder / CONTACTS.file}' as contacts (read_only)")
        found = connection.execute(
            """
            select customer_id from contacts.identity_map
            where customer_id = $wanted
                or (identifier_type = 'email' and identifier = lower(trim($wanted)))
            union
            select customer_id from contacts.customer_merges where former_customer_id = $wanted
            """,
            {"wanted": wanted},
        ).fetchall()
        customers = [customer for (customer,) in found]
        if not customers:
            return None
        person = Person(customers=set(customers))
        person.customers |= {
            former
            for (former,) in connection.execute(
                "select former_customer_id from contacts.customer_merges "
                "where list_contains($customers, customer_id)",
                {"customers": customers},
            ).fetchall()
        }
        for kind, source_system, identifier in connection.execute(
            "select identifier_type, source_system, identifier from contacts.identity_map "
            "where list_contains($customers, customer_id)",
            {"customers": customers},
        ).fetchall():
            match kind:
                case "email":
                    person.emails.add(identifier)
                case "account":
                    person.accounts.add((source_system, identifier))
                case "anonymous_id":
                    person.visitors.add((source_system, identifier))
    return person
