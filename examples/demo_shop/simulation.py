"""Two years in the shop: everybody's visits, in the order of time, and the rows they leave."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from examples.demo_shop.accounts import write_account
from examples.demo_shop.browsing import Trail
from examples.demo_shop.catalog import assortment, choose
from examples.demo_shop.checkout import ring_up
from examples.demo_shop.dice import Dice
from examples.demo_shop.mailing import confirm_order, send_campaigns, subscribe
from examples.demo_shop.marketing import exchange_rates, marketing_spend
from examples.demo_shop.numbering import number_rows
from examples.demo_shop.people import (
    Device,
    Person,
    draw_device,
    draw_people,
    draw_source,
)
from examples.demo_shop.personas import Registers
from examples.demo_shop.places import draw_place
from examples.demo_shop.prices import list_products, local_price
from examples.demo_shop.records import Order, RawShop, Refund, money
from examples.demo_shop.seasons import (
    END,
    FIRST_DAY,
    LAST_DAY,
    LAST_SECOND,
    busy_day,
    moment_on,
)
from examples.demo_shop.till import hold_market
from examples.demo_shop.visits import Outcome, Visit
from examples.demo_shop.voices import Voice

_PASSERS_BY = 3200
_SHARED_TABLETS = 3
_CRAWLED_EVERY_DAYS = 30
_PHONE_ORDERS = 14
_SHOP_ADDRESS = "info@shop.example"


def live() -> RawShop:
    """Return all rows of the shop's two years, without the flaws of real exports."""
    simulation = _Simulation()
    simulation.run()
    return simulation.shop


class _Simulation:
    """The shop while its two years pass."""

    def __init__(self) -> None:
        self.shop = RawShop()
        self.people = list(draw_people())
        self.closed_accounts: list[tuple[Person, str, datetime]] = []
        self.account_count = 0
        self.order_count = 0
        self.session_count = 0
        self._share_tablets()

    def run(self) -> None:
        """Let the two years pass."""
        list_products(self.shop)
        for person, visit in self._visits():
            self._receive(person, visit)
            person.last_visit_at = visit.starts_at
        self._let_strangers_pass()
        self._let_crawler_pass()
        self._take_phone_orders()
        send_campaigns(self.shop, self.people)
        self._write_customers()
        hold_market(self.shop, self.people)
        self.shop.marketing_spend.extend(marketing_spend())
        self.shop.exchange_rates.extend(exchange_rates())
        number_rows(self.shop)

    def _share_tablets(self) -> None:
        """Give pairs of people, who live together, the same tablet."""
        regulars = [person for person in self.people if person.persona.name == "loyal regular"]
        for number in range(_SHARED_TABLETS):
            tablet = Device(f"v{90000 + number}", "tablet", "Safari", "iPadOS", True)
            for person in regulars[2 * number : 2 * number + 2]:
                person.devices = [*person.devices, tablet]

    def _visits(self) -> Iterator[tuple[Person, Visit]]:
        """Yield everybody's visits in the order of time."""
        planned = [
            (visit.starts_at, number, person, visit)
            for number, person in enumerate(self.people)
            for visit in person.persona.plan(person.shopper)
        ]
        for _, _, person, visit in sorted(planned, key=lambda entry: entry[:2]):
            yield person, visit

    def _session_id(self, device: Device) -> str | None:
        self.session_count += 1
        return f"s{self.session_count:05d}" if device.has_session_ids else None

    def _receive(self, person: Person, visit: Visit) -> None:
        """Lead one visit through the shop."""
        dice = person.dice
        device = dice.pick(person.devices)
        trail = Trail(
            events=self.shop.events,
            dice=dice,
            device=device,
            country_code=person.place.country_code,
            source=person.source if dice.chance(70) else draw_source(dice),
            session_id=self._session_id(device),
            now=visit.starts_at,
            pace=visit.pace,
        )
        if person.account and (dice.chance(50) or device.anonymous_id is None):
            trail.customer_id = person.account
        trail.step("page_view")
        if person.registers is Registers.FIRST_VISIT and not person.account:
            self._register(person, trail)
        trail.look_at(visit.viewed)
        if visit.extra == "generate_lead":
            trail.email = person.email
            subscribe(self.shop, person, trail.step("generate_lead"), "brewing guide")
        elif visit.extra:
            self._log_in(person, trail)
            trail.step(visit.extra)
        for product, _ in visit.basket:
            trail.step("add_to_cart", product)
        if visit.outcome is Outcome.LEFT_CART:
            self._log_in(person, trail)
            trail.step("begin_checkout" if dice.chance(40) else "view_cart")
        elif visit.outcome is Outcome.BOUGHT:
            self._check_out(person, visit, trail)

    def _log_in(self, person: Person, trail: Trail) -> None:
        if person.account and not trail.customer_id:
            trail.customer_id = person.account
            trail.step("login")

    def _opens_account(self, person: Person) -> bool:
        """Return whether a buyer opens an account at this order; a second one is rare."""
        if person.account:
            return person.order_count > 1 and person.dice.chance(1)
        return person.registers is Registers.FIRST_ORDER or (
            person.registers is Registers.SECOND_ORDER and person.order_count == 1
        )

    def _register(self, person: Person, trail: Trail) -> None:
        """Open an account; who opens a second one has forgotten the first one's password."""
        if person.account and person.registered_at:
            self.closed_accounts.append((person, person.account, person.registered_at))
        self.account_count += 1
        is_first = person.account is None
        person.account = f"C{self.account_count:04d}"
        person.registered_at = trail.now
        trail.customer_id = person.account
        trail.step("sign_up")
        if not is_first:
            return
        if person.subscribed_at is None and person.dice.chance(person.persona.subscribes):
            subscribe(self.shop, person, trail.now, "sign-up form")
        if person.dice.chance(30):
            self._voice(person).introduce(trail.now)

    def _voice(self, person: Person) -> Voice:
        email = person.email if person.account is None or person.dice.chance(40) else None
        return Voice(
            self.shop.surveys,
            self.shop.email_events,
            person.dice,
            person.account,
            email,
            person.persona.happiness,
        )

    def _check_out(self, person: Person, visit: Visit, trail: Trail) -> None:
        """Turn a cart into an order, and into what follows from an order."""
        dice = person.dice
        if self._opens_account(person):
            self._register(person, trail)
        elif person.account:
            self._log_in(person, trail)
        else:
            trail.email = person.email
        trail.step("begin_checkout")
        order = self._write_order(person, visit, trail.device, trail.now)
        if dice.chance(97):
            trail.step("purchase", order_id=order.order_id)
        person.order_count += 1
        if person.order_count == 1 and person.subscribed_at is None and dice.chance(15):
            subscribe(self.shop, person, order.ordered_at, "checkout")
        confirm_order(self.shop, person, order.ordered_at)
        if order.status == "completed":
            self._refund_some(person, visit, order)
            if visit.is_unhappy:
                self._voice(person).complain_about_order(order)
            else:
                self._voice(person).answer_about_order(order, visit.basket[0][0].product_id)

    def _write_order(self, person: Person, visit: Visit, device: Device, at: datetime) -> Order:
        """Write an order with its lines, and in one case of nine its first version as well."""
        dice = person.dice
        self.order_count += 1
        order_id = str(10_000 + self.order_count)
        bill = ring_up(
            order_id,
            visit.basket,
            person.place,
            at.date(),
            visit.claimed_coupon,
            takes_sale_coupon=dice.chance(60),
        )
        email = person.email
        if person.second_email and dice.chance(30):
            email = person.second_email
        if dice.chance(4):
            email = f" {email.title()} "
        place = person.place
        order = Order(
            order_id=order_id,
            customer_id=person.account,
            email=email if person.account is None or dice.chance(85) else None,
            anonymous_id=device.anonymous_id if dice.chance(60) else None,
            ordered_at=at,
            status=self._status(dice, at),
            currency=place.currency,
            subtotal_amount=money(bill.subtotal),
            discount_amount=money(bill.discount) if bill.discount else None,
            shipping_amount=money(bill.shipping),
            tax_amount=money(bill.tax),
            coupon_code=bill.coupon_code,
            payment_method=person.payment if dice.chance(85) else "card",
            delivery_method=person.delivery if dice.chance(85) else "standard",
            country_code=place.country_code,
            region=place.region,
            city=place.city,
            postal_code=place.postal_code,
            is_test=True if dice.chance(0.3) else None,
            updated_at=min(at + timedelta(hours=dice.between(6, 80)), LAST_SECOND),
        )
        if order.status != "pending" and self.order_count % 9 == 0:
            self.shop.orders.append(replace(order, status="pending", updated_at=at))
        self.shop.orders.append(order)
        self.shop.order_lines.extend(bill.lines)
        return order

    def _status(self, dice: Dice, at: datetime) -> str:
        if at > END - timedelta(days=2) and dice.chance(60):
            return "pending"
        return "cancelled" if dice.chance(4) else "completed"

    def _refund_some(self, person: Person, visit: Visit, order: Order) -> None:
        """Refund some orders: in full, or the first line only."""
        dice = person.dice
        if not dice.chance(30 if visit.is_unhappy else 3.5):
            return
        paid = order.subtotal_amount - (order.discount_amount or money(0))
        first_line = local_price(visit.basket[0][0], order.ordered_at.date(), person.place)
        amount = paid if dice.chance(35) else min(paid, money(first_line))
        at = order.ordered_at + timedelta(days=dice.between(4, 21), minutes=dice.between(0, 600))
        if at < END:
            self.shop.refunds.append(
                Refund(refund_id="", order_id=order.order_id, refunded_at=at, amount=amount)
            )

    def _let_strangers_pass(self) -> None:
        """Write the sessions of visitors who never say who they are."""
        dice = Dice("passers-by")
        for number in range(_PASSERS_BY):
            day = busy_day(dice, FIRST_DAY, LAST_DAY)
            device = draw_device(dice, 20_000 + number)
            trail = Trail(
                events=self.shop.events,
                dice=dice,
                device=device,
                country_code=draw_place(dice).country_code,
                source=draw_source(dice),
                session_id=self._session_id(device),
                now=moment_on(dice, day),
                pace=35,
            )
            trail.step("page_view")
            viewed = choose(dice, assortment(day), dice.between(0, 3))
            trail.look_at(viewed)
            if viewed and dice.chance(8):
                trail.step("add_to_cart", viewed[-1])

    def _let_crawler_pass(self) -> None:
        """Write the sessions of a machine that reads every page now and then, and fills a cart."""
        dice = Dice("crawler")
        device = Device("v95000", "desktop", "Crawler", "Linux", False)
        for month in range((LAST_DAY - FIRST_DAY).days // _CRAWLED_EVERY_DAYS):
            day = FIRST_DAY + timedelta(days=month * _CRAWLED_EVERY_DAYS)
            trail = Trail(
                events=self.shop.events,
                dice=dice,
                device=device,
                country_code="US",
                source=None,
                session_id=None,
                now=moment_on(dice, day),
                pace=4,
                is_bot=True,
            )
            trail.step("page_view")
            trail.look_at(tuple(assortment(day)))
            trail.step("add_to_cart", assortment(day)[0])

    def _take_phone_orders(self) -> None:
        """Write orders that came by phone: no account, and the shop's own address for a mail."""
        dice = Dice("phone")
        for number in range(_PHONE_ORDERS):
            at = moment_on(dice, busy_day(dice, FIRST_DAY, LAST_DAY))
            order_id = f"P{number + 1:03d}"
            place = draw_place(dice)
            basket = tuple((product, 1) for product in choose(dice, assortment(at.date()), 2))
            bill = ring_up(order_id, basket, place, at.date(), None, takes_sale_coupon=False)
            self.shop.order_lines.extend(bill.lines)
            self.shop.orders.append(
                Order(
                    order_id=order_id,
                    email=_SHOP_ADDRESS,
                    ordered_at=at,
                    currency=place.currency,
                    subtotal_amount=money(bill.subtotal),
                    discount_amount=money(bill.discount) if bill.discount else None,
                    shipping_amount=money(bill.shipping),
                    tax_amount=money(bill.tax),
                    payment_method="bank_transfer",
                    delivery_method="standard",
                    country_code=place.country_code,
                    city=place.city,
                )
            )

    def _write_customers(self) -> None:
        """Write everybody's accounts, the forgotten ones included."""
        for person, account, registered_at in self.closed_accounts:
            write_account(self.shop, person, account, registered_at)
        for person in self.people:
            if person.account and person.registered_at:
                write_account(self.shop, person, person.account, person.registered_at)
