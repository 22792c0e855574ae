"""The people of the shop: who they are, where they live and what they browse with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from examples.demo_shop.catalog import CATEGORIES, PRODUCTS
from examples.demo_shop.dice import Dice
from examples.demo_shop.names import CULTURES, Name, draw_address, draw_name
from examples.demo_shop.personas import PERSONAS, Persona, Registers
from examples.demo_shop.places import Place, draw_culture, draw_place
from examples.demo_shop.visits import Shopper

_GENDERS = {"female": 50, "male": 38, "non-binary": 4}
_DECADES_OF_BIRTH = {2006: 5, 2000: 14, 1990: 30, 1980: 24, 1970: 16, 1960: 11, 1950: 8, 1940: 3}
_DEVICES = {
    ("mobile", "Safari", "iOS"): 34,
    ("mobile", "Chrome", "Android"): 26,
    ("desktop", "Chrome", "Windows"): 20,
    ("desktop", "Safari", "macOS"): 12,
    ("desktop", "Firefox", "Linux"): 5,
    ("tablet", "Safari", "iPadOS"): 7,
}
_TRAFFIC_SOURCES = {
    None: 30, ("google", "cpc"): 22, ("google", "organic"): 14, ("instagram", "social"): 16,
    ("pinterest", "social"): 6, ("teanotes", "affiliate"): 7, ("newsletter", "email"): 5,
}  # fmt: skip
_PAYMENTS = {"card": 55, "wallet": 28, "pay_later": 9, "bank_transfer": 5, "gift_card": 3}
_DELIVERIES = {"standard": 62, "express": 15, "pickup_point": 18}
_HOME_TOWN = "Portland"


@dataclass(frozen=True)
class Device:
    """Something to browse with.

    `anonymous_id` is null where cookies are refused; `has_session_ids` is false where the tag that
    counts sessions is blocked.
    """

    anonymous_id: str | None
    device_type: str
    browser: str
    operating_system: str
    has_session_ids: bool


@dataclass
class Person:
    """A person, and what the shop has come to know of them so far."""

    dice: Dice
    persona: Persona
    name: Name
    email: str
    gender: str
    birth_date: date | None
    place: Place
    language: str
    devices: list[Device]
    source: tuple[str, str] | None
    payment: str
    delivery: str
    registers: Registers
    reads_privately: bool
    account: str | None = None
    registered_at: datetime | None = None
    order_count: int = 0
    subscribed_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    last_visit_at: datetime | None = None
    leaves: bool = False
    second_email: str | None = None

    @property
    def shopper(self) -> Shopper:
        """The taste of this person, from dice of its own."""
        dice = Dice("taste", self.email)
        brands = sorted({product.brand for product in PRODUCTS if product.brand})
        return Shopper(dice, dice.pick(CATEGORIES), dice.pick(brands))


def draw_device(dice: Dice, number: int) -> Device:
    """Return the device with a running number; a few refuse cookies, more block session ids."""
    device_type, browser, system = dice.weighted(_DEVICES)
    anonymous_id = None if dice.chance(3) else f"v{number:05d}"
    return Device(anonymous_id, device_type, browser, system, not dice.chance(20))


def draw_source(dice: Dice) -> tuple[str, str] | None:
    """Return a traffic source and its medium, or null for a direct visit."""
    return dice.weighted(_TRAFFIC_SOURCES)


def _draw_birth_date(dice: Dice) -> date | None:
    if dice.chance(30):
        return None
    year = dice.weighted(_DECADES_OF_BIRTH) + dice.between(0, 6)
    return date(year, dice.between(1, 12), dice.between(1, 28))


def _draw_delivery(dice: Dice, place: Place) -> str:
    if place.city == _HOME_TOWN and dice.chance(25):
        return "shop_pickup"
    return dice.weighted(_DELIVERIES)


def draw_people() -> Iterator[Person]:
    """Yield everybody who lives in the shop, persona by persona."""
    taken: set[str] = set()
    device_count = 0
    for persona in PERSONAS:
        for number in range(persona.people):
            dice = Dice("person", persona.name, str(number))
            place = draw_place(dice)
            culture = CULTURES[draw_culture(dice, place)]
            gender = dice.weighted(_GENDERS)
            name = draw_name(dice, culture, gender)
            devices = []
            for _ in range(dice.weighted({1: 70, 2: 30})):
                device_count += 1
                devices.append(draw_device(dice, device_count))
            yield Person(
                dice=dice,
                persona=persona,
                name=name,
                email=draw_address(dice, name, taken),
                gender=gender,
                birth_date=_draw_birth_date(dice),
                place=place,
                language=culture.language if dice.chance(70) else "en",
                devices=devices,
                source=draw_source(dice),
                payment=dice.weighted(_PAYMENTS),
                delivery=_draw_delivery(dice, place),
                registers=dice.weighted(persona.registers),
                reads_privately=dice.chance(20),
                leaves=dice.chance(persona.leaves),
                second_email=draw_address(dice, name, taken) if dice.chance(3) else None,
            )
