"""Consent per person and address: who may be written to."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from .identity import Identity, Person
from .staging import Row

# A moment is before everything, an instant, or after everything, in this order.
Moment = tuple[int, datetime]
BEFORE_EVERYTHING: Moment = (0, datetime.min)
AFTER_EVERYTHING: Moment = (2, datetime.min)


@dataclass(frozen=True)
class Consent:
    """What one address of one person allows."""

    is_subscribed: bool
    is_suppressed: bool


@dataclass
class _Evidence:
    granted: list[Moment] = field(default_factory=list)
    withdrawn: list[Moment] = field(default_factory=list)
    unsubscribed: list[Moment] = field(default_factory=list)
    has_bounced: bool = False


def _instant(moment: datetime) -> Moment:
    return 1, moment


def find_consents(
    tables: dict[str, list[Row]], identity: Identity
) -> dict[Person, dict[str, Consent]]:
    """Return the consent of every address of every person, from the visible rows."""
    evidence: dict[str, _Evidence] = defaultdict(_Evidence)
    complaints: dict[Person, list[Moment]] = defaultdict(list)
    for row in tables["consent_events"]:
        if row["channel"] == "email":
            for email in _addresses(identity, row):
                _record(evidence[email], row["state"] == "granted", _instant(row["occurred_at"]))
    for row in tables["customers"]:
        if row["accepts_marketing"] is not None:
            for email in _addresses(identity, row):
                _record(evidence[email], row["accepts_marketing"], _stated_at(row))
    for row in tables["email_events"]:
        occurred_at = _instant(row["occurred_at"])
        for email in _addresses(identity, row):
            if row["event_type"] == "bounced" and row["bounce_type"] != "soft":
                evidence[email].has_bounced = True
            elif row["event_type"] == "unsubscribed":
                evidence[email].unsubscribed.append(occurred_at)
        if row["event_type"] == "complained":
            for person in _complaining(identity, row):
                complaints[person].append(occurred_at)
    return {
        person: {email: _consent(evidence[email], complaints[person]) for email in person.emails}
        for person in identity.persons
    }


def _addresses(identity: Identity, row: Row) -> list[str]:
    email = identity.email(row)
    if email is not None:
        return [email]
    person = identity.person(row)
    return [] if person is None else person.emails


def _complaining(identity: Identity, row: Row) -> set[Person]:
    # They differ only for an account and an email that were too many to be joined.
    email = identity.email(row)
    owners = {identity.person(row), None if email is None else identity.by_email[email]}
    return {person for person in owners if person is not None}


def _stated_at(row: Row) -> Moment:
    if row["accepts_marketing_updated_at"] is not None:
        return _instant(row["accepts_marketing_updated_at"])
    if not row["accepts_marketing"]:
        return AFTER_EVERYTHING
    return BEFORE_EVERYTHING if row["created_at"] is None else _instant(row["created_at"])


def _record(evidence: _Evidence, is_granted: bool, moment: Moment) -> None:
    (evidence.granted if is_granted else evidence.withdrawn).append(moment)


def _consent(evidence: _Evidence, complaints: list[Moment]) -> Consent:
    last_granted = max(evidence.granted, default=BEFORE_EVERYTHING)
    is_suppressed = evidence.has_bounced or any(
        moment >= last_granted for moment in (*evidence.unsubscribed, *complaints)
    )
    is_latest_granted = bool(evidence.granted) and all(
        moment < last_granted for moment in evidence.withdrawn
    )
    return Consent(
        is_subscribed=is_latest_granted and not is_suppressed, is_suppressed=is_suppressed
    )


def is_sms_subscriber(person: Person, consent_events: list[Row]) -> bool:
    """Whether the person has a phone and their latest sms consent, of these events, is a grant."""
    by_sms = [row for row in consent_events if row["channel"] == "sms"]
    last = max((row["occurred_at"] for row in by_sms), default=None)
    states = {row["state"] for row in by_sms if row["occurred_at"] == last}
    return person.customers_row.get("phone") is not None and states == {"granted"}


def choose_address(identity: Identity, person: Person, consents: dict[str, Consent]) -> str | None:
    """Return the address to write to: the first subscribed one, else the first."""
    own = identity.email(person.customers_row) if person.customers_row else None
    # `emails` are sorted, so the row's own address comes first and the rest ascending.
    ordered = sorted(person.emails, key=lambda email: email != own)
    subscribed = [email for email in ordered if consents[email].is_subscribed]
    return next(iter([*subscribed, *ordered]), None)
