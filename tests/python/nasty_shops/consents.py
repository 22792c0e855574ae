"""Tricks with consent and reach: grants, withdrawals, bounces and complaints, per address."""

from datetime import timedelta

from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import Identity, Shop

AROUND = (-MICROSECOND, timedelta(), MICROSECOND)


def _subscriber(shop: Shop) -> Identity:
    """Add a person whose address was granted a hundred days ago."""
    person = shop.person(created_at=shop.days.ago(200))
    shop.consent(shop.days.ago(100), "granted", **person.columns())
    return person


def accepted_with_and_without_date(shop: Shop) -> None:
    """Add accepts_marketing true, false, null or unreadable; dated, undated, dated after as_of."""
    for accepts in (True, False, None, "maybe", "2"):
        for at in (shop.days.ago(5), None, shop.days.end + timedelta(days=2)):
            shop.person(
                accepts_marketing=accepts,
                accepts_marketing_updated_at=at,
                created_at=shop.pick((None, shop.days.ago(30))),
            )


def undated_flags_against_events(shop: Shop) -> None:
    """Add undated flags: false wins over any grant, true stands at created_at."""
    for accepts in (True, False):
        for created_at in (shop.days.ago(60), None):
            for state in ("granted", "withdrawn"):
                person = shop.person(accepts_marketing=accepts, created_at=created_at)
                days = shop.pick((59, 61))
                shop.consent(shop.days.ago(days), state, **person.columns())


def consents_at_the_same_instant(shop: Shop) -> None:
    """Add a grant and a withdrawal at one instant: as events, and as a flag against an event."""
    at = shop.days.ago(20)
    person = shop.person()
    for state in ("withdrawn", "granted"):
        shop.consent(at, state, **person.columns())
    flagged = shop.person(accepts_marketing=True, accepts_marketing_updated_at=at)
    shop.consent(at, "withdrawn", **flagged.columns())
    created = shop.person(accepts_marketing=True, created_at=at)
    shop.consent(at, "withdrawn", **created.columns())


def withdrawn_then_granted(shop: Shop) -> None:
    """Add a withdrawal between two grants, and a last grant that is not visible yet."""
    person = _subscriber(shop)
    shop.consent(shop.days.ago(50), "withdrawn", **person.columns())
    shop.consent(shop.days.ago(10), "granted", **person.columns())
    late = _subscriber(shop)
    shop.consent(shop.days.ago(50), "withdrawn", **late.columns())
    shop.consent(shop.days.end, "granted", **late.columns())


def bounces_of_every_kind(shop: Shop) -> None:
    """Add hard, soft, unnamed and unknown bounces, even before the grant."""
    for bounce_type in ("hard", "soft", None, "Soft", "mailbox full"):
        person = _subscriber(shop)
        at = shop.days.ago(shop.pick((150, 50)))
        shop.email_event(at, "bounced", **person.columns(), bounce_type=bounce_type)
    shop.email_event(shop.days.end, "bounced", **_subscriber(shop).columns(), bounce_type="hard")


def unsubscribed_around_the_grant(shop: Shop) -> None:
    """Add unsubscribed events just before, at and just after the latest grant."""
    for shift in AROUND:
        person = _subscriber(shop)
        shop.email_event(shop.days.ago(100) + shift, "unsubscribed", **person.columns())
    never_granted = shop.person(accepts_marketing=None)
    shop.email_event(shop.days.ago(100), "unsubscribed", **never_granted.columns())


def complaint_about_another_address(shop: Shop) -> None:
    """Add complaints, which reach every address of the person granted at or before."""
    for shift in AROUND:
        person = _subscriber(shop)
        other = f"{shop.new_id('other')}@mail.test"
        shop.order(**{**person.columns(), "email": other})
        at = shop.days.ago(100) + shift
        shop.email_event(at, "complained", source_system=person.system, email=other)
        shop.consent(shop.days.ago(30), "granted", source_system=person.system, email=other)


def events_with_account_only(shop: Shop) -> None:
    """Add records without a usable address, which stand for all the person's addresses."""
    for email in (None, "a@@b.test", "info@shop.example"):
        person = shop.person()
        shop.order(**{**person.columns(), "email": f"{shop.new_id('second')}@mail.test"})
        account_only = Identity(person.system, person.account, email).columns()
        shop.consent(shop.days.ago(40), "granted", **account_only)
        kind = shop.pick(("unsubscribed", "bounced", "complained", "opened"))
        shop.email_event(shop.days.ago(20), kind, **account_only, bounce_type="hard")
    addressless = shop.person(email=None)
    shop.consent(
        shop.days.ago(40),
        "granted",
        source_system=addressless.system,
        customer_id=addressless.account,
    )


def consents_of_other_channels(shop: Shop) -> None:
    """Add consents by sms, which say nothing of email."""
    person = _subscriber(shop)
    shop.consent(shop.days.ago(3), "withdrawn", **person.columns(), channel="sms")
    shop.consent(shop.days.ago(3), "granted", **shop.person().columns(), channel="sms")


def text_messages(shop: Shop) -> None:
    """Add consents by sms that tie, follow each other or come too late, with and without phone."""
    at = shop.days.ago(15)
    for phone in ("+49 30 1234", None):
        for states in (
            ((at, "granted"),),
            ((at, "granted"), (at, "withdrawn")),
            ((at - MICROSECOND, "withdrawn"), (at, "granted")),
            ((at, "withdrawn"), (at - MICROSECOND, "granted")),
            ((at, "withdrawn"), (shop.days.end, "granted")),
        ):
            person = shop.person(phone=phone)
            for stands_at, state in states:
                known_by = shop.pick(
                    (
                        person,
                        Identity(person.system, person.account, "a@@b.test"),
                        Identity(person.system, email=person.email),
                    )
                )
                shop.consent(stands_at, state, **known_by.columns(), channel="sms")
    guest = Identity(shop.system(), email=f"{shop.new_id('guest')}@mail.test")
    shop.consent(at, "granted", **guest.columns(), channel="sms")


def phone_of_a_second_account(shop: Shop) -> None:
    """Add people of two accounts, of which only the younger or only the older has a phone."""
    for older, younger in (("+1 555 0101", None), (None, "+1 555 0102")):
        first = shop.person(created_at=shop.days.ago(300), phone=older)
        shop.person(first.system, email=first.email, created_at=shop.days.ago(100), phone=younger)
        shop.consent(shop.days.ago(15), "granted", **first.columns(), channel="sms")


def flags_dated_at_the_end_of_time(shop: Shop) -> None:
    """Add a grant dated in the last microsecond there is against an undated withdrawal."""
    email = f"{shop.new_id('shared')}@mail.test"
    last = "9999-12-31T23:59:59.999999Z"
    shop.person(email=email, accepts_marketing=True, accepts_marketing_updated_at=last)
    shop.person(email=email, accepts_marketing=False)


def several_addresses(shop: Shop) -> None:
    """Add people of three addresses, of which the first, another or none is subscribed."""
    for states in (("granted", None, "granted"), (None, None, "granted"), (None, None, None)):
        person = shop.person(email=f"{shop.new_id('m')}@mail.test")
        first = shop.rows["customers"][-1]["email"]
        addresses = (first, f"{shop.new_id('Z')}@mail.test", f"{shop.new_id('a')}@mail.test")
        for address, state in zip(addresses, states, strict=True):
            shop.order(**{**person.columns(), "email": address}, status="cancelled")
            if state:
                shop.consent(shop.days.ago(5), state, email=address, source_system=person.system)


def address_of_a_foreign_account(shop: Shop) -> None:
    """Add consents of a guarded account, which count for the address of their row alone."""
    system, till = shop.system(), shop.new_id("till")
    for _ in range(shop.profile.max_emails_per_account + 1):
        email = f"{shop.new_id('buyer')}@mail.test"
        shop.consent(
            shop.days.ago(6), "granted", source_system=system, customer_id=till, email=email
        )
    shop.consent(shop.days.ago(1), "withdrawn", source_system=system, customer_id=till)


def opens_and_clicks_at_the_edges(shop: Shop) -> None:
    """Add opens by people, machines and unflagged, around the 90 days, of every campaign."""
    for edge in (shop.days.window_start(90), shop.days.end):
        for shift in AROUND:
            person = _subscriber(shop)
            for machine in (False, True, None, "unknown"):
                shop.email_event(
                    edge + shift,
                    "opened",
                    **person.columns(),
                    is_machine_open=machine,
                    campaign_type=shop.pick(("newsletter", "promotion", None, "Newsletter")),
                )
            kind = shop.pick(("transactional", "service_recovery", "newsletter", None))
            shop.email_event(edge + shift, "clicked", **person.columns(), campaign_type=kind)


TRICKS = (
    accepted_with_and_without_date,
    undated_flags_against_events,
    consents_at_the_same_instant,
    withdrawn_then_granted,
    bounces_of_every_kind,
    unsubscribed_around_the_grant,
    complaint_about_another_address,
    events_with_account_only,
    consents_of_other_channels,
    text_messages,
    phone_of_a_second_account,
    flags_dated_at_the_end_of_time,
    several_addresses,
    address_of_a_foreign_account,
    opens_and_clicks_at_the_edges,
)
