"""The trail of events that one session leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from examples.demo_shop.catalog import Product
from examples.demo_shop.dice import Dice
from examples.demo_shop.people import Device
from examples.demo_shop.records import Event
from examples.demo_shop.seasons import sale_on

_PATHS = {
    "page_view": "/",
    "view_item_list": "/collections",
    "search": "/search",
    "view_cart": "/cart",
    "begin_checkout": "/checkout",
    "purchase": "/checkout/thanks",
    "sign_up": "/account/new",
    "login": "/account",
    "generate_lead": "/brewing-guide",
}
_REFERRERS = {None: 70, "https://teanotes.example/": 20, "https://forum.slowcups.example/": 10}


@dataclass
class Trail:
    """A session under way; whoever logs in is known from the next step on.

    Attributes:
        events: where the steps are written; their ids are given when all events are sorted.
        dice: the visitor's dice.
        device: what the visitor browses with.
        country_code: where the visitor is.
        source: traffic source and medium, null for a direct visit.
        session_id: null when the tag that counts sessions is blocked.
        now: the time of the next step.
        pace: mean seconds between two steps.
        customer_id: the account that is logged in.
        email: the address that a guest has typed.
        is_bot: whether the visitor is a machine, as the tag that counts can tell.

    """

    events: list[Event]
    dice: Dice
    device: Device
    country_code: str
    source: tuple[str, str] | None
    session_id: str | None
    now: datetime
    pace: int
    customer_id: str | None = None
    email: str | None = None
    is_bot: bool = False
    is_landing: bool = True

    def step(
        self, event_name: str, product: Product | None = None, order_id: str | None = None
    ) -> datetime:
        """Write one event and return its time; the first one carries the traffic source."""
        source, medium = self.source if self.source and self.is_landing else (None, None)
        sale = sale_on(self.now.date())
        self.events.append(
            Event(
                event_id="",
                occurred_at=self.now,
                event_name=event_name,
                anonymous_id=self.device.anonymous_id,
                customer_id=self.customer_id,
                email=self.email,
                session_id=self.session_id,
                product_id=product.product_id if product else None,
                order_id=order_id,
                is_bot=self.is_bot,
                page_path=product.page_path if product else _PATHS.get(event_name),
                device_type=self.device.device_type,
                browser=self.device.browser,
                operating_system=self.device.operating_system,
                country_code=self.country_code,
                utm_source=source,
                utm_medium=medium,
                utm_campaign=sale.sale_name if sale and source else None,
                referrer=self.dice.weighted(_REFERRERS) if self.is_landing else None,
            )
        )
        at, self.is_landing = self.now, False
        self.now += timedelta(seconds=self.dice.between(self.pace // 2, self.pace * 3 // 2))
        return at

    def look_at(self, products: tuple[Product, ...]) -> None:
        """Find the products by a list or a search, and view one after the other."""
        if products and self.dice.chance(35):
            self.step("view_item_list")
        elif products and self.dice.chance(15):
            self.step("search")
        for product in products:
            self.step("view_item", product)
