"""Accounts as the shop's system exports them."""

from dataclasses import replace
from datetime import datetime, timedelta

from examples.demo_shop.dice import Dice
from examples.demo_shop.people import Person
from examples.demo_shop.records import Customer, RawShop
from examples.demo_shop.seasons import LAST_SECOND

_MOVED_TO = ("US", "OR", "Eugene", "97401")


def write_account(shop: RawShop, person: Person, account: str, registered_at: datetime) -> None:
    """Write an account as it is at the end, after its first version if its owner has moved."""
    dice = Dice("customer", account)
    accepts, accepts_at = None, None
    if person.unsubscribed_at:
        accepts, accepts_at = False, person.unsubscribed_at
    elif person.subscribed_at:
        accepts, accepts_at = True, person.subscribed_at
    elif dice.chance(50):
        accepts, accepts_at = False, registered_at
    customer = Customer(
        customer_id=account,
        email=person.email,
        phone=f"+1-555-01{dice.between(0, 99):02d}" if dice.chance(35) else None,
        first_name=person.name.first,
        last_name=person.name.last,
        created_at=registered_at,
        country_code=person.place.country_code,
        region=person.place.region,
        city=person.place.city,
        postal_code=person.place.postal_code,
        language=person.language,
        birth_date=person.birth_date,
        gender=person.gender if dice.chance(75) else None,
        accepts_marketing=accepts,
        accepts_marketing_updated_at=accepts_at if dice.chance(85) else None,
        updated_at=registered_at,
    )
    if person.place.country_code == "US" and dice.chance(8):
        shop.customers.append(customer)
        country_code, region, city, postal_code = _MOVED_TO
        customer = replace(
            customer,
            country_code=country_code,
            region=region,
            city=city,
            postal_code=postal_code,
            updated_at=min(registered_at + timedelta(days=dice.between(1, 200)), LAST_SECOND),
        )
    shop.customers.append(customer)
