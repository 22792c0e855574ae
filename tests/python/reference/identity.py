"""Persons: accounts and emails joined by links, and the person that each row belongs to."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .settings import Settings
from .staging import Row
from .values import may_be_address

Account = tuple[str, str]
_TRIMMED = " \t\n\v\f\r"
_LINKING_TABLES = ("customers", "orders", "email_events", "consent_events")
_OTHER_TABLES = ("surveys", "events")
_DIGEST_DIGITS = 16


@dataclass(eq=False)
class Person:
    """One person: its published id, accounts, addresses and the customers row behind the id."""

    customer_id: str
    accounts: list[Account]
    emails: list[str]
    customers_row: Row


@dataclass(eq=False)
class Identity:
    """Who is who: the persons, and the lookups that attribute a row to one of them."""

    shared_emails: frozenset[str]
    shared_accounts: frozenset[str]
    unusable_accounts: set[Account] = field(default_factory=set)
    unusable_emails: set[str] = field(default_factory=set)
    persons: list[Person] = field(default_factory=list)
    left_unjoined: list[Person] = field(default_factory=list)
    by_account: dict[Account, Person] = field(default_factory=dict)
    by_email: dict[str, Person] = field(default_factory=dict)
    owners: dict[tuple[str, str], Person] = field(default_factory=dict)

    def account(self, row: Row) -> Account | None:
        """Return the row's usable account."""
        if row["customer_id"] is None or _compared(row["customer_id"]) in self.shared_accounts:
            return None
        account = (row["source_system"], row["customer_id"])
        return None if account in self.unusable_accounts else account

    def email(self, row: Row) -> str | None:
        """Return the row's usable email."""
        email = None if row["email"] is None else clean_email(row["email"])
        is_barred = email in self.shared_emails or email in self.unusable_emails
        return None if is_barred else email

    def person(self, row: Row) -> Person | None:
        """Return the person of the row's account, else of its usable email."""
        account, email = self.account(row), self.email(row)
        if account is not None:
            return self.by_account.get(account)
        return None if email is None else self.by_email.get(email)

    def person_or_owner(self, row: Row) -> Person | None:
        """Return the row's person, else the owner of its anonymous id."""
        person = self.person(row)
        if person is None and row["anonymous_id"] is not None:
            return self.owners.get((row["source_system"], row["anonymous_id"]))
        return person


def clean_email(text: str) -> str | None:
    """Trim ASCII white space, lower-case; None when it can't be an address."""
    email = _compared(text)
    local, _, domain = email.partition("@")
    is_address = bool(local and domain) and "@" not in domain
    return email if is_address and not any(map(str.isspace, email)) else None


def _compared(text: str) -> str:
    return text.strip(_TRIMMED).lower()


def written_id(source_system: str, identifier: str) -> str:
    """Return an id as it is published: plain without a source system, else prefixed by it."""
    return f"{source_system}:{identifier}" if source_system else identifier


def written_account(account: Account, salt: str) -> str:
    """Return an account's id as it is published: a digest of one that may be an address."""
    source_system, account_id = account
    if may_be_address(account_id):
        account_id = f"account:{_digest(account_id, salt)}"
    return written_id(source_system, account_id)


def _digest(text: str, salt: str) -> str:
    return hashlib.md5((salt + text).encode()).hexdigest()[:_DIGEST_DIGITS]


def find_identity(tables: dict[str, list[Row]], settings: Settings) -> Identity:
    """Join the visible rows' accounts and emails to persons; `orders` without test orders."""
    shared = (clean_email(email) for email in settings.shared_emails)
    identity = Identity(
        shared_emails=frozenset(email for email in shared if email is not None),
        shared_accounts=frozenset(map(_compared, settings.shared_accounts)),
    )
    links = {
        (account, email)
        for name in _LINKING_TABLES
        for row in tables[name]
        if (account := identity.account(row)) and (email := identity.email(row))
    }
    rows = [row for name in (*_LINKING_TABLES, *_OTHER_TABLES) for row in tables[name]]
    accepted = _accepted_pairs(rows, identity, settings)
    for one, other in (*accepted, *((other, one) for one, other in accepted)):
        if isinstance(one, tuple) and isinstance(other, str):
            links.add((one, other))
    accounts_of: dict[str, set[Account]] = defaultdict(set)
    emails_of: dict[Account, set[str]] = defaultdict(set)
    for account, email in links:
        accounts_of[email].add(account)
        emails_of[account].add(email)
    identity.unusable_emails = {
        email
        for email, accounts in accounts_of.items()
        if len(accounts) > settings.max_accounts_per_email
    }
    identity.unusable_accounts = {
        account
        for account, emails in emails_of.items()
        if len(emails) > settings.max_emails_per_account
    }
    accounts = {account for row in rows if (account := identity.account(row))}
    emails = {email for row in rows if (email := identity.email(row))}
    neighbours: dict[Account | str, set[Account | str]] = {
        node: set() for node in accounts | emails
    }
    for one, other in {*links, *accepted}:
        if one in neighbours and other in neighbours:
            neighbours[one].add(other)
            neighbours[other].add(one)
    customers = {(row["source_system"], row["customer_id"]): row for row in tables["customers"]}
    for component in _components(neighbours):
        size = sum(isinstance(node, tuple) for node in component)
        if size > settings.max_accounts_per_person:
            for node in component:
                _add_person(identity, {node}, customers, settings)
                identity.left_unjoined.append(identity.persons[-1])
        else:
            _add_person(identity, component, customers, settings)
    identity.owners = _find_owners(identity, [*tables["events"], *tables["orders"]])
    return identity


def _accepted_pairs(
    rows: list[Row], identity: Identity, settings: Settings
) -> set[tuple[Account | str, Account | str]]:
    """Return what the seed links: identifiers that rows carry, and that no seed calls nobody's."""
    seen: set[Account | str | None] = set()
    for row in rows:
        seen |= {identity.account(row), identity.email(row)}
    pairs = set()
    for link in settings.identity_links:
        one, other = _side(*link[:3]), _side(*link[3:])
        if one is not None and other is not None and seen.issuperset((one, other)):
            pairs.add((one, other))
    return pairs


def _side(source_system: str, account_id: str, email: str) -> Account | str | None:
    """Return the one identifier that a side of a link names; None when it names none or two."""
    if bool(account_id) == bool(email):
        return None
    if email:
        return clean_email(email)
    is_address = may_be_address(account_id)
    return source_system, _compared(account_id) if is_address else account_id


def _components(
    neighbours: dict[Account | str, set[Account | str]],
) -> Iterable[set[Account | str]]:
    unseen = set(neighbours)
    while unseen:
        component: set[Account | str] = set()
        waiting = [unseen.pop()]
        while waiting:
            node = waiting.pop()
            component.add(node)
            waiting += neighbours[node] & unseen
            unseen -= neighbours[node]
        yield component


def _add_person(
    identity: Identity,
    nodes: set[Account | str],
    customers: dict[Account, Row],
    settings: Settings,
) -> None:
    emails = sorted((node for node in nodes if isinstance(node, str)), key=str.encode)
    accounts = [node for node in nodes if isinstance(node, tuple)]

    def seniority(account: Account) -> tuple[bool, datetime, bytes, bytes]:
        created_at = customers.get(account, {}).get("created_at")
        written = written_account(account, settings.id_salt).encode()
        return created_at is None, created_at or datetime.max, written, account[0].encode()

    accounts.sort(key=seniority)
    if accounts:
        customer_id = written_account(accounts[0], settings.id_salt)
        customers_row = customers.get(accounts[0], {})
    else:
        customer_id = f"guest:{_digest(emails[0], settings.id_salt)}"
        customers_row = {}
    person = Person(customer_id, accounts, emails, customers_row)
    identity.persons.append(person)
    identity.by_account.update(dict.fromkeys(accounts, person))
    identity.by_email.update(dict.fromkeys(emails, person))


def _find_owners(identity: Identity, rows: list[Row]) -> dict[tuple[str, str], Person]:
    persons: dict[tuple[str, str], set[Person]] = defaultdict(set)
    for row in rows:
        person = identity.person(row)
        if person is not None and row["anonymous_id"] is not None:
            persons[row["source_system"], row["anonymous_id"]].add(person)
    return {visitor: next(iter(found)) for visitor, found in persons.items() if len(found) == 1}
