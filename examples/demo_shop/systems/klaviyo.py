"""Klaviyo, as Fivetran lands it: what became of emails, and who agreed to get them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from examples.demo_shop.records import ConsentEvent, EmailEvent, RawShop
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tables import write_csv

LOSSES = {
    "email_events.customer_id": "Klaviyo knows people by their address",
    "consent_events.customer_id": "Klaviyo knows people by their address",
}
CHANGES = {
    "email_events.email": "where only an account was known, the account's address",
    "email_events.campaign_type": (
        "a campaign is a newsletter, even one that sells, until the seed klaviyo_campaign_types "
        "names it"
    ),
    "consent_events.consent_id": "that of the event; of a no by link that of the email's event",
    "consent_events.source": "the metric that says so, in the place of the form",
}
_NAME = "klaviyo"
_EMAIL_METRICS = {
    "delivered": "Received Email",
    "opened": "Opened Email",
    "clicked": "Clicked Email",
    "bounced": "Bounced Email",
    # One event for both: what became of the email, and the consent that is withdrawn.
    "unsubscribed": "Unsubscribed from Email Marketing",
    "complained": "Marked Email as Spam",
}
_CONSENT_METRICS = {
    ("email", "granted"): "Subscribed to Email Marketing",
    ("email", "withdrawn"): "Unsubscribed from Email Marketing",
    ("sms", "granted"): "Consented to Receive SMS",
    ("sms", "withdrawn"): "Unsubscribed from SMS",
}
# What an event sends; campaigns are sent to many at once.
_FLOWS = {"order-confirmation": "Order confirmation", "care-apology": "Apology for a bad order"}


def carry(shop: RawShop) -> RawShop:
    """Return what Klaviyo's tables tell, as rows of raw tables."""
    emails = list(_emails(shop))
    return RawShop(
        email_events=[
            replace(
                email,
                source_system=_NAME,
                campaign_type=(
                    email.campaign_type if email.campaign_id in _FLOWS else "newsletter"
                ),
            )
            for email in emails
        ],
        consent_events=[
            replace(consent, source_system=_NAME, source=_metric_of(consent))
            for consent in _consents(shop, emails)
        ],
    )


def _emails(shop: RawShop) -> Iterator[EmailEvent]:
    """Yield the events of emails, all with an address."""
    addresses = {customer.customer_id: customer.email for customer in shop.customers}
    for event in shop.email_events:
        yield replace(event, email=event.email or addresses[event.customer_id or ""])


def _consents(shop: RawShop, emails: Iterable[EmailEvent]) -> Iterator[ConsentEvent]:
    """Yield the consents, those by the link in an email with the id of its event."""
    by_link = {
        (email.email, email.occurred_at): email.event_id
        for email in emails
        if email.event_type == "unsubscribed"
    }
    for consent in shop.consent_events:
        moment = (consent.email, consent.occurred_at)
        if _is_by_link(consent):
            yield replace(consent, consent_id=by_link[moment])
        else:
            yield consent


def _is_by_link(consent: ConsentEvent) -> bool:
    return consent.channel == "email" and consent.state == "withdrawn"


def _metric_of(consent: ConsentEvent) -> str:
    return _CONSENT_METRICS[consent.channel, consent.state]


def write(folder: Path, shop: RawShop) -> None:
    """Write Klaviyo's tables."""
    emails = list(_emails(shop))
    consents = [consent for consent in _consents(shop, emails) if not _is_by_link(consent)]
    known = [customer.email for customer in shop.customers]
    addresses = dict.fromkeys(
        address
        for address in [*known, *(email.email for email in emails), *(c.email for c in consents)]
        if address
    )
    people = {address: f"P{number:05d}" for number, address in enumerate(addresses, start=1)}
    names = sorted({*_EMAIL_METRICS.values(), *_CONSENT_METRICS.values()})
    metrics = {name: f"M{number:02d}" for number, name in enumerate(names, start=1)}
    rows = [
        *(_email_row(email, people, metrics) for email in emails),
        *(_consent_row(consent, people, metrics) for consent in consents),
    ]
    campaigns = {email.campaign_id: email.campaign_id for email in emails if email.campaign_id}
    tables = {
        "event": sorted(rows, key=lambda row: row["datetime"]),
        "metric": [
            {"id": number, "name": name, "integration_name": "Klaviyo"}
            for name, number in metrics.items()
        ],
        "person": _people_rows(shop, people),
        "campaign": [
            {"id": campaign, "name": campaign, "campaign_type": "Regular", "status": "sent"}
            for campaign in campaigns
            if campaign not in _FLOWS
        ],
        "flow": [
            {"id": flow, "name": name, "status": "live", "trigger_type": "Metric"}
            for flow, name in _FLOWS.items()
        ],
    }
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)


def _people_rows(shop: RawShop, people: dict[str, str]) -> list[dict[str, Any]]:
    accounts = {customer.email: customer for customer in shop.customers}
    rows = []
    for address, person_id in people.items():
        account = accounts.get(address)
        rows.append(
            {
                "id": person_id,
                "email": address,
                "first_name": account.first_name if account else None,
                "last_name": account.last_name if account else None,
                "phone_number": account.phone if account else None,
                "created": account.created_at if account else None,
                "_fivetran_deleted": False,
            }
        )
    return rows


def _email_row(
    event: EmailEvent, people: dict[str, str], metrics: dict[str, str]
) -> dict[str, Any]:
    is_flow = event.campaign_id in _FLOWS
    return {
        "id": event.event_id,
        "person_id": people[event.email or ""],
        "metric_id": metrics[_EMAIL_METRICS[event.event_type]],
        "type": _EMAIL_METRICS[event.event_type],
        "datetime": event.occurred_at,
        "campaign_id": None if is_flow else event.campaign_id,
        "flow_id": event.campaign_id if is_flow else None,
        "property_bounce_type": event.bounce_type.title() if event.bounce_type else None,
        "property_machine_open": event.is_machine_open,
        "_fivetran_deleted": False,
    }


def _consent_row(
    consent: ConsentEvent, people: dict[str, str], metrics: dict[str, str]
) -> dict[str, Any]:
    return {
        "id": consent.consent_id,
        "person_id": people[consent.email or ""],
        "metric_id": metrics[_metric_of(consent)],
        "type": _metric_of(consent),
        "datetime": consent.occurred_at,
        "campaign_id": None,
        "flow_id": None,
        "property_bounce_type": None,
        "property_machine_open": None,
        "_fivetran_deleted": False,
    }


KLAVIYO = System(
    name=_NAME,
    connector=_NAME,
    fills=("email_events", "consent_events"),
    losses=LOSSES,
    changes=CHANGES,
    write=write,
    carry=carry,
)
