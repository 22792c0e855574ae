"""The ordinary people of a shop, whom chance alone makes odd."""

from datetime import timedelta
from decimal import Decimal

from tests.python.nasty_shops.shop import Identity, Row, Shop, Value

EVENT_NAMES = (
    *("page_view", "view_item_list", "view_item", "view_item", "view_item", "search"),
    *("add_to_cart", "view_cart", "begin_checkout", "purchase", "generate_lead", "share"),
    "wishlist_opened",
)
MOST_EVENTS = 1500


def add_products(shop: Shop) -> list[Row]:
    """Add the catalogue and return its rows."""
    return [shop.product() for _ in range(shop.random.randint(3, 14))]


def add_rates(shop: Shop) -> None:
    """Add rates that change at random over the years before as_of."""
    for currency in ("USD", "EUR", "JPY", "GBP"):
        shop.rate(shop.days.last_day - timedelta(days=2500), currency, "0.5")
        for _ in range(shop.random.randint(0, 6)):
            day = shop.days.last_day - timedelta(days=shop.random.randint(-3, 500))
            rate = shop.pick(("1.08123456", "0.00645", "150.25", "1", "0.333333335"))
            shop.rate(day, currency, rate)


def add_people(shop: Shop, products: list[Row]) -> None:
    """Add the people with their orders, events, answers, emails and consents."""
    people = [_random_identity(shop) for _ in range(shop.profile.people)]
    for person in people:
        if person.account and shop.chance(0.85):
            marketing = shop.pick((True, False, None))
            dated = shop.moment() if shop.chance(0.5) else None
            shop.customer(
                **person.columns(),
                created_at=shop.moment() if shop.chance(0.8) else None,
                accepts_marketing=marketing,
                accepts_marketing_updated_at=dated,
                updated_at=shop.moment() if shop.chance(0.3) else None,
            )
        _add_orders(shop, person, products)
        _add_events(shop, person, products)
        _add_voice(shop, person)


def _random_identity(shop: Shop) -> Identity:
    identity = shop.identity()
    return Identity(
        identity.system,
        identity.account if shop.chance(0.75) else None,
        identity.email if shop.chance(0.75) else None,
        identity.anonymous if shop.chance(0.75) else None,
    )


def _seen_as(shop: Shop, person: Identity) -> dict[str, Value]:
    """Return the person's identifiers with some left out, as rows of real shops have them."""
    columns = person.visitor_columns()
    for column in ("customer_id", "email", "anonymous_id"):
        if shop.chance(0.25):
            columns[column] = None
    return columns


def _add_orders(shop: Shop, person: Identity, products: list[Row]) -> None:
    for _ in range(shop.pick((0, 0, 1, 1, 2, 3, 5))):
        order = shop.order(
            **_seen_as(shop, person),
            ordered_at=shop.moment(),
            status=shop.pick(("completed",) * 6 + ("pending", "cancelled")),
            currency=shop.pick((shop.profile.reporting_currency,) * 3 + ("EUR", "GBP", "USD")),
            discount_amount=shop.pick((None, Decimal("0"), shop.amount(50))),
            shipping_amount=shop.pick((None, Decimal("4.90"))),
            tax_amount=shop.pick((None, shop.amount(20))),
            coupon_code=shop.pick((None, None, None, "SAVE10")),
            payment_method=shop.pick(("card", "invoice", "Card", None)),
            delivery_method=shop.pick(("courier", "pickup", None)),
            country_code=shop.pick(("US", "DE", "FR", None)),
            city=shop.pick(("Austin", "Berlin", "Lyon", None)),
            is_test=shop.pick((None,) * 6 + (False, True)),
        )
        own = [row for row in products if row["source_system"] == order["source_system"]]
        for _ in range(shop.random.randint(0, 3)):
            shop.line(order, shop.pick(own) if own and shop.chance(0.8) else None)
        if shop.chance(0.12):
            shop.refund(order, refunded_at=shop.moment(), amount=shop.amount())


def _add_events(shop: Shop, person: Identity, products: list[Row]) -> None:
    for _ in range(shop.pick((0, 1, 2, 5))):
        if len(shop.rows["events"]) >= MOST_EVENTS:
            return
        at = shop.moment()
        session = shop.pick((None, None, shop.new_id("session")))
        for _ in range(shop.random.randint(1, 5)):
            seen = _seen_as(shop, person)
            shop.event(
                at,
                shop.pick(EVENT_NAMES),
                **seen,
                session_id=session,
                product_id=shop.pick(products)["product_id"] if shop.chance(0.6) else None,
                device_type=shop.pick(("mobile", "desktop", "Desktop", None)),
                browser=shop.pick(("Chrome", "Safari", None)),
                utm_source=shop.pick(("google", "direct", "news\nletter", None)),
                page_path=shop.pick(("/", "/p?q=a,b", None)),
            )
            at += timedelta(seconds=shop.pick((0, 7, 61.000001, 900, 1801, 4000)))


def _add_voice(shop: Shop, person: Identity) -> None:
    for _ in range(shop.pick((0, 0, 1, 3))):
        shop.survey(
            shop.moment(),
            shop.pick(("csat", "nps", "review", "profile")),
            **person.columns(),
            question_key=shop.pick(("income", "occupation", "complaint_reason", None)),
            score=shop.pick(("0", "3", "4.5", "7", "8.9999", "9", "10", "11", None)),
            score_max=shop.pick((None, None, "5", "10", "100")),
            answer=shop.pick(("high", "low", "👍", None)),
            has_photo=shop.pick((True, False, None)),
        )
    for _ in range(shop.pick((0, 1, 3))):
        shop.email_event(
            shop.moment(),
            shop.pick(("delivered", "opened", "opened", "clicked", "bounced", "unsubscribed")),
            **person.columns(),
            campaign_id="spring",
            campaign_type=shop.pick(("newsletter", "promotion", "transactional", None)),
            is_machine_open=shop.pick((False, True, None)),
            bounce_type=shop.pick(("soft", "soft", "hard", None)),
        )
    if shop.chance(0.4):
        shop.consent(
            shop.moment(),
            shop.pick(("granted", "granted", "withdrawn")),
            **person.columns(),
            channel=shop.pick(("email", "email", "sms")),
        )
