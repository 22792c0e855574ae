"""Who lives in the shop: each persona is a story, a number of people and a plan of visits.

A plan is a function from a shopper to the visits of two years. It draws from the shopper's own dice
alone, so that a persona can be changed without changing anybody else's life.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from examples.demo_shop.catalog import (
    CERAMICS,
    COFFEE,
    GIFTS,
    TEA,
    assortment,
    choose,
    launches_before,
)
from examples.demo_shop.seasons import FIRST_DAY, LAST_DAY, SALES, busy_day, days_between
from examples.demo_shop.visits import Shopper, Visit

Plan = Callable[[Shopper], Iterator[Visit]]


class Registers(Enum):
    """When a person opens an account."""

    FIRST_VISIT = "at the first visit"
    FIRST_ORDER = "with the first order"
    SECOND_ORDER = "with the second order, the first being a guest's"
    NEVER = "never"


_MOSTLY_AT_ONCE = {Registers.FIRST_ORDER: 80, Registers.SECOND_ORDER: 15, Registers.FIRST_VISIT: 5}
_OFTEN_A_GUEST = {Registers.FIRST_ORDER: 45, Registers.SECOND_ORDER: 10, Registers.NEVER: 45}
_MOSTLY_A_GUEST = {Registers.NEVER: 70, Registers.FIRST_VISIT: 30}
_TO_LOOK_AROUND = {Registers.FIRST_VISIT: 100}


@dataclass(frozen=True)
class Persona:
    """A kind of person.

    Attributes:
        name: what the persona is called.
        story: what its people do, in a sentence.
        people: how many there are.
        plan: their visits.
        registers: when they open an account, by weight.
        happiness: the score out of 10 that they would usually give.
        subscribes: percent who take the newsletter.
        reads: percent of the newsletters that a subscriber opens.
        leaves: percent who never open an email again after their last visit.

    """

    name: str
    story: str
    people: int
    plan: Plan
    registers: Mapping[Registers, int]
    happiness: int
    subscribes: int
    reads: int
    leaves: int


def _ago(days: int) -> date:
    """Return the day that lies `days` days before the shop's last one."""
    return LAST_DAY - timedelta(days=days)


def _every(shopper: Shopper, first: date, last: date, low: int, high: int) -> Iterator[date]:
    """Yield days from about `first` to `last`, `low` to `high` days apart."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=shopper.dice.between(low, high))


def _now_and_then(shopper: Shopper, first: date, last: date, days_apart: int) -> Iterator[date]:
    """Yield `first` and days up to `last` that nobody could foretell, so far apart on average."""
    yield first
    for day in days_between(first + timedelta(days=1), last):
        if shopper.dice.chance(100 / days_apart):
            yield day


def _loyal_regular(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(150))
    last = busy_day(dice, joined, LAST_DAY) if dice.chance(20) else LAST_DAY
    for day in _now_and_then(shopper, joined, last, dice.between(6, 62)):
        before = day - timedelta(days=dice.between(1, 3))
        if dice.chance(45) and before >= joined:
            yield shopper.look(before, shopper.wander(before, dice.between(1, 4)))
        yield shopper.buy(
            day,
            shopper.wander(day, dice.between(1, 4)),
            pace=dice.between(15, 55),
            browses=dice.between(0, 2),
            extra="share" if dice.chance(4) else None,
        )


def _monthly_refill(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    favourites = choose(dice, assortment(FIRST_DAY, category=dice.pick((TEA, COFFEE))), 2)
    joined = busy_day(dice, FIRST_DAY, _ago(130))
    payday = dice.between(2, 27)
    for day in days_between(joined, LAST_DAY):
        if day.day == payday and not dice.chance(4):
            moved = min(day + timedelta(days=dice.between(-1, 1)), LAST_DAY)
            yield shopper.buy(moved, favourites[: dice.between(1, 2)], most=1, pace=18, browses=0)


def _bargain_hunter(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(60))
    uses_coupons = dice.chance(45)
    for sale in SALES:
        if sale.starts_on >= joined and dice.chance(60):
            day = sale.starts_on + timedelta(
                days=dice.between(0, (sale.ends_on - sale.starts_on).days)
            )
            yield shopper.look(day, shopper.wander(day, dice.between(2, 5)), pace=25)
            yield shopper.buy(day, shopper.wander(day, dice.between(1, 4)), most=3, browses=2)
    if uses_coupons:
        for day in _now_and_then(shopper, joined, LAST_DAY, dice.between(70, 160)):
            code = dice.pick(("TEATIME10", "TEATIME10", "FRIENDS20"))
            yield shopper.buy(day, shopper.wander(day, dice.between(1, 3)), coupon=code)
    if dice.chance(25):
        day = busy_day(dice, _ago(25), LAST_DAY)
        yield shopper.leave_cart(day, shopper.wander(day, 3))


def _thrifty(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(290))
    for day in _now_and_then(shopper, joined, LAST_DAY, dice.between(40, 78)):
        wanted = choose(dice, assortment(day, category=shopper.category), 1)
        yield shopper.buy(day, wanted, pace=20, browses=0)


def _trend_follower(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(200))
    for day in _now_and_then(shopper, joined, LAST_DAY, dice.between(25, 70)):
        new = launches_before(day, 24)
        if new:
            share = "share" if dice.chance(12) else None
            yield shopper.buy(day, choose(dice, new, 1), most=1, extra=share)
        else:
            yield shopper.look(day, shopper.wander(day, 3))


def _gift_buyer(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    occasion = dice.pick(
        (
            (date(2024, 11, 25), date(2024, 12, 18)),
            (date(2025, 4, 28), date(2025, 5, 9)),
            (date(2025, 11, 24), date(2025, 12, 19)),
            (date(2025, 11, 24), date(2025, 12, 19)),
            (date(2026, 4, 28), date(2026, 5, 8)),
            (FIRST_DAY, LAST_DAY),
        )
    )
    day = busy_day(dice, *occasion)
    present = choose(dice, assortment(day, category=dice.pick((GIFTS, GIFTS, CERAMICS))), 1)
    wrapping = tuple(item for item in assortment(day) if item.category is None)
    if dice.chance(45):
        yield shopper.look(day, shopper.wander(day, dice.between(2, 6)), pace=55)
    bought = present + (wrapping if dice.chance(35) else ())
    yield shopper.buy(day, bought, most=1, pace=120, browses=dice.between(1, 4))
    if dice.chance(8) and day <= _ago(365):
        again = day + timedelta(days=363)
        yield shopper.buy(again, choose(dice, assortment(again, category=GIFTS), 1), most=1)


def _collector(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(250))
    for day in _now_and_then(shopper, joined, LAST_DAY, dice.between(25, 95)):
        pieces = choose(dice, assortment(day, at_least=6000), dice.between(1, 3))
        yield shopper.look(day, pieces + pieces, pace=90)
        yield shopper.buy(day, pieces, most=2, pace=60)


def _occasional(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(20))
    last = busy_day(dice, joined, LAST_DAY)
    for day in _now_and_then(shopper, joined, last, dice.between(60, 160)):
        if dice.chance(60):
            yield shopper.look(day, shopper.wander(day, dice.between(1, 5)))
        bought = shopper.wander(day, dice.between(1, 3))
        pace = dice.between(30, 180)
        yield shopper.buy(day, bought, pace=pace, browses=dice.between(1, 3))


def _lapsed(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(480))
    last = busy_day(dice, joined, _ago(190))
    for day in _now_and_then(shopper, joined, last, dice.between(22, 75)):
        bought = shopper.wander(day, dice.between(1, 3))
        yield shopper.buy(day, bought, pace=dice.between(30, 150), browses=dice.between(0, 2))


def _newcomer(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    day = busy_day(dice, _ago(85), _ago(1))
    yield shopper.look(day, shopper.wander(day, dice.between(2, 5)))
    code = "WELCOME10" if dice.chance(40) else None
    yield shopper.buy(day, shopper.wander(day, dice.between(1, 3)), coupon=code)
    again = day + timedelta(days=dice.between(12, 40))
    if dice.chance(35) and again <= LAST_DAY:
        yield shopper.buy(again, shopper.wander(again, dice.between(1, 2)))


def _cart_abandoner(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(40))
    if dice.chance(35):
        yield shopper.buy(joined, shopper.wander(joined, 1))
    for day in _every(shopper, joined + timedelta(days=6), _ago(30), 20, 90):
        yield shopper.leave_cart(day, shopper.wander(day, dice.between(1, 4)))
    if dice.chance(70):
        day = busy_day(dice, _ago(27), LAST_DAY)
        yield shopper.leave_cart(day, shopper.wander(day, dice.between(2, 5)))


def _window_shopper(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, _ago(400), _ago(35))
    for day in _every(shopper, joined, _ago(29), 15, 45):
        yield shopper.look(day, shopper.wander(day, dice.between(1, 4)), pace=60)
    share = "share" if dice.chance(15) else None
    for day in _every(shopper, _ago(dice.between(22, 28)), LAST_DAY, 1, dice.pick((5, 9, 14))):
        yield shopper.look(day, shopper.wander(day, dice.between(2, 5)), pace=75, extra=share)


def _researcher(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    product = choose(dice, assortment(_ago(40), at_least=5000), 1)
    joined = busy_day(dice, _ago(300), _ago(60))
    yield shopper.look(joined, shopper.wander(joined, 4))
    is_deep = dice.chance(50)
    for day in _every(shopper, _ago(dice.between(12, 24)), LAST_DAY, 2, 9):
        yield shopper.look(day, product * (dice.between(5, 7) if is_deep else 2), pace=80)
    if dice.chance(20):
        yield shopper.leave_cart(LAST_DAY, product)


def _brand_fan(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, _ago(500), _ago(95))
    for day in _every(shopper, joined, LAST_DAY, 18, 50):
        favourites = choose(dice, assortment(day, brand=shopper.brand), dice.between(1, 3))
        if dice.chance(30):
            yield shopper.buy(day, favourites[:1], browses=0)
        else:
            yield shopper.look(day, favourites)


def _let_down(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, FIRST_DAY, _ago(330))
    yield shopper.buy(joined, shopper.wander(joined, dice.between(1, 3)))
    bad_day = busy_day(dice, _ago(300), _ago(45))
    yield shopper.buy(bad_day, shopper.wander(bad_day, dice.between(1, 2)), is_unhappy=True)
    later = bad_day + timedelta(days=dice.between(40, 90))
    if dice.chance(45) and later <= LAST_DAY:
        yield shopper.buy(later, shopper.wander(later, dice.between(1, 2)))


def _nostalgic(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    for _ in range(dice.between(1, 4)):
        day = busy_day(dice, FIRST_DAY, _ago(110))
        yield shopper.buy(day, shopper.wander(day, dice.between(1, 3)))
    for _ in range(dice.between(1, 3)):
        day = busy_day(dice, _ago(28), LAST_DAY)
        yield shopper.look(day, shopper.wander(day, dice.between(0, 3)))


def _newsletter_reader(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    joined = busy_day(dice, _ago(600), _ago(10))
    yield shopper.look(joined, shopper.wander(joined, 1), extra="generate_lead")
    for day in _every(shopper, joined + timedelta(days=20), LAST_DAY, 30, 120):
        yield shopper.look(day, shopper.wander(day, dice.between(0, 2)))


def _drifter(shopper: Shopper) -> Iterator[Visit]:
    dice = shopper.dice
    for _ in range(dice.between(1, 3)):
        day = busy_day(dice, FIRST_DAY, _ago(70))
        yield shopper.look(day, shopper.wander(day, dice.between(1, 4)))


PERSONAS = (
    Persona("loyal regular", "Comes back whenever the tin is empty, until some move on.",
            136, _loyal_regular, _MOSTLY_AT_ONCE, 9, 75, 45, 0),
    Persona("monthly refill", "Reorders the same one or two bags on the same day of each month.",
            30, _monthly_refill, _MOSTLY_AT_ONCE, 9, 50, 25, 0),
    Persona("bargain hunter", "Waits for a sale or a coupon, then fills the cart.",
            90, _bargain_hunter, _MOSTLY_AT_ONCE, 7, 90, 55, 15),
    Persona("thrifty", "Knows what it wants, looks at that alone and buys that alone.",
            34, _thrifty, _MOSTLY_AT_ONCE, 8, 35, 20, 5),
    Persona("trend follower", "Buys what was launched in the last weeks.",
            38, _trend_follower, _MOSTLY_AT_ONCE, 8, 80, 60, 5),
    Persona("gift buyer", "Comes once, before Christmas or Mother's Day, with a present in mind.",
            110, _gift_buyer, _OFTEN_A_GUEST, 8, 25, 15, 80),
    Persona("collector", "Buys the studio's costly pieces and the lever machines.",
            18, _collector, _MOSTLY_AT_ONCE, 9, 60, 40, 0),
    Persona("occasional", "Buys now and then, until something else comes up.",
            170, _occasional, _OFTEN_A_GUEST, 8, 45, 25, 45),
    Persona("lapsed", "Was a good customer in the first year, and stopped.",
            66, _lapsed, _MOSTLY_AT_ONCE, 6, 45, 20, 90),
    Persona("newcomer", "Bought for the first time in the last three months.",
            68, _newcomer, _MOSTLY_AT_ONCE, 8, 65, 45, 5),
    Persona("cart abandoner", "Fills carts and leaves them.",
            44, _cart_abandoner, _TO_LOOK_AROUND, 6, 50, 30, 20),
    Persona("window shopper", "Has an account, looks a lot these weeks, has never bought.",
            58, _window_shopper, _TO_LOOK_AROUND, 7, 45, 35, 0),
    Persona("researcher", "Returns to one costly product again and again.",
            24, _researcher, _TO_LOOK_AROUND, 7, 30, 30, 0),
    Persona("brand fan", "Looks at one brand and at little else.",
            26, _brand_fan, _MOSTLY_AT_ONCE, 8, 55, 40, 0),
    Persona("let down", "Had an order that went wrong; some were won back, some were not.",
            36, _let_down, _MOSTLY_AT_ONCE, 7, 50, 30, 20),
    Persona("nostalgic", "Bought long ago and is looking around again.",
            34, _nostalgic, _MOSTLY_AT_ONCE, 8, 50, 35, 0),
    Persona("newsletter reader", "Left an address for the brewing guide and reads along.",
            44, _newsletter_reader, _MOSTLY_A_GUEST, 8, 100, 65, 5),
    Persona("drifter", "Opened an account, looked around, and drifted away.",
            60, _drifter, _TO_LOOK_AROUND, 6, 35, 10, 90),
)  # fmt: skip
