"""The shop's mailings, who reads them, and who has enough of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from examples.demo_shop.people import Person
from examples.demo_shop.records import ConsentEvent, EmailEvent, RawShop
from examples.demo_shop.seasons import END, FIRST_DAY, LAST_DAY, SALES, days_between

_STILL_READS_FOR = timedelta(days=20)
# The first mailing tool did not tell the opens of machines from those of people.
_MACHINE_OPENS_FLAGGED_FROM = datetime(2024, 10, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Campaign:
    """A mailing to all subscribers of its moment."""

    campaign_id: str
    campaign_type: str
    sent_at: datetime


def _at_nine(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def campaigns() -> list[Campaign]:
    """Return a newsletter for the first Tuesday of each month and a promotion for each sale."""
    newsletters = [
        Campaign(f"news-{day:%Y-%m}", "newsletter", _at_nine(day))
        for day in days_between(FIRST_DAY, LAST_DAY)
        if day.weekday() == 1 and day.day <= 7
    ]
    promotions = [
        Campaign(
            f"promo-{sale.starts_on:%Y-%m}",
            "promotion",
            _at_nine(sale.starts_on),
        )
        for sale in SALES
    ]
    return sorted(newsletters + promotions, key=lambda campaign: campaign.sent_at)


def subscribe(shop: RawShop, person: Person, at: datetime, source: str) -> None:
    """Give a person's consent to the newsletter, and sometimes to text messages."""
    person.subscribed_at = at
    for channel in ("email", "sms") if person.dice.chance(10) else ("email",):
        shop.consent_events.append(
            ConsentEvent(
                consent_id="",
                occurred_at=at,
                customer_id=person.account,
                email=person.email,
                channel=channel,
                state="granted",
                source=source,
            )
        )


def send_campaigns(shop: RawShop, people: list[Person]) -> None:
    """Send each campaign to those who are subscribed when it goes out."""
    for campaign in campaigns():
        for person in people:
            is_subscribed = person.subscribed_at and person.subscribed_at < campaign.sent_at
            if is_subscribed and person.unsubscribed_at is None:
                _receive(shop, person, campaign)


def confirm_order(shop: RawShop, person: Person, at: datetime) -> None:
    """Send an order's confirmation, which most people open."""
    campaign = Campaign("order-confirmation", "transactional", at + timedelta(seconds=30))
    _write(shop, person, campaign, campaign.sent_at, "delivered")
    if person.dice.chance(50):
        _open(shop, person, campaign)


def _receive(shop: RawShop, person: Person, campaign: Campaign) -> None:
    dice = person.dice
    fate = dice.between(1, 1000)
    if fate <= 2:
        person.unsubscribed_at = campaign.sent_at
        _write(shop, person, campaign, campaign.sent_at, "bounced", bounce_type="hard")
        return
    if fate <= 6:
        _write(shop, person, campaign, campaign.sent_at, "bounced", bounce_type="soft")
        return
    _write(shop, person, campaign, campaign.sent_at, "delivered")
    if fate <= 14:
        _turn_away(shop, person, campaign, "complained" if fate <= 7 else "unsubscribed")
        return
    last_visit_at = person.last_visit_at or campaign.sent_at
    has_left = person.leaves and campaign.sent_at > last_visit_at + _STILL_READS_FOR
    if not has_left and (person.reads_privately or dice.chance(person.persona.reads)):
        _open(shop, person, campaign)


def _open(shop: RawShop, person: Person, campaign: Campaign) -> None:
    """Open an email; a private mail program opens every one, and its reader may still click."""
    dice = person.dice
    wait = dice.between(5, 300) if person.reads_privately else dice.between(60, 90_000)
    at = campaign.sent_at + timedelta(seconds=wait)
    is_flagged = at >= _MACHINE_OPENS_FLAGGED_FROM
    is_machine_open = person.reads_privately if is_flagged else None
    _write(shop, person, campaign, at, "opened", is_machine_open=is_machine_open)
    if campaign.campaign_type != "transactional" and dice.chance(16):
        clicked_at = at + timedelta(seconds=dice.between(10, 200))
        _write(shop, person, campaign, clicked_at, "clicked")


def _turn_away(shop: RawShop, person: Person, campaign: Campaign, event_type: str) -> None:
    at = campaign.sent_at + timedelta(minutes=person.dice.between(5, 600))
    person.unsubscribed_at = at
    _write(shop, person, campaign, at, event_type)
    if event_type == "unsubscribed":
        shop.consent_events.append(
            ConsentEvent(
                consent_id="",
                occurred_at=at,
                customer_id=person.account,
                email=person.email,
                channel="email",
                state="withdrawn",
                source="unsubscribe link",
            )
        )


def _write(
    shop: RawShop,
    person: Person,
    campaign: Campaign,
    at: datetime,
    event_type: str,
    *,
    is_machine_open: bool | None = None,
    bounce_type: str | None = None,
) -> None:
    """Write an email event, unless it comes after the shop's last day."""
    if at < END:
        shop.email_events.append(
            EmailEvent(
                event_id="",
                occurred_at=at,
                event_type=event_type,
                customer_id=person.account,
                email=person.email,
                campaign_id=campaign.campaign_id,
                campaign_type=campaign.campaign_type,
                is_machine_open=is_machine_open,
                bounce_type=bounce_type,
            )
        )
