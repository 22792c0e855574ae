"""Tricks with text that files and queries like to damage."""

from collections.abc import Callable

from tests.python.nasty_shops.shop import Shop

ADDRESSES = (
    *("ana@mail.test", "write to Ana.B+shop@mail.co.test, please", "bo@localhost", "<x@y.z>"),
    *(
        "ana＠mail。test",
        "ana@mail．test",
        "@ana",
        "a@b",
        "a@@b.test",
        "two@mail.test,three@mail.test",
    ),
    *("a @ b.test", "a@\u00a0b.test", "mail\n@next.test line"),
)
"""Addresses as people write them into any field, and what only resembles one."""


def _spread(shop: Shop, text: str) -> None:
    """Use a text wherever a shop's text ends up in a published table."""
    system = shop.system()
    person = shop.person(
        system, first_name=text, last_name=text, city=text, language=text, gender=text, phone=text
    )
    product = shop.product(source_system=system, product_name=text, brand=text, category=text)
    order = shop.order(
        **person.columns(), coupon_code=text, payment_method=text, delivery_method=text
    )
    placed = shop.order(**person.columns(), country_code="US", city=text, region=text)
    shop.line(order, product)
    shop.line(placed, product)
    for _ in range(3):
        shop.event(
            shop.days.ago(1),
            "view_item",
            **person.visitor_columns(),
            product_id=product["product_id"],
            page_path=text,
            device_type=text,
            browser=text,
            utm_source=text,
        )
    shop.survey(shop.days.ago(2), "profile", **person.columns(), question_key=text, answer=text)
    shop.survey(
        shop.days.ago(2),
        "profile",
        **person.columns(),
        question_key="complaint_reason",
        answer=text,
    )


def _with(text: str, name: str, description: str) -> Callable[[Shop], None]:
    """Return the trick that spreads a text under a name of its own."""

    def trick(shop: Shop) -> None:
        _spread(shop, text)

    trick.__name__ = name
    trick.__doc__ = description
    return trick


def texts_as_ids(shop: Shop) -> None:
    """Add ids that hold what separates fields, lines and names."""
    for text in ("a\nb", "a,b", '"', "''", "👩‍👩‍👧", "שלום", "\\", "%", "null", "NULL", "None"):
        system = shop.system()
        person = shop.person(system, customer_id=text, email=None)
        order = shop.order(source_system=system, customer_id=text, order_id=text)
        shop.line(order, product_id=text)
        columns = {**person.visitor_columns(), "customer_id": text, "email": None}
        shop.event(shop.days.ago(1), "view_item", **columns, product_id=text)


def addresses_in_texts(shop: Shop) -> None:
    """Add addresses to every text that is shown, to some that aren't, and to keys."""
    person = shop.person()
    for text in ADDRESSES:
        for column in ("utm_source", "utm_medium", "utm_campaign", "referrer"):
            columns = {**person.visitor_columns(), column: text}
            shop.event(shop.days.ago(1), "share", **columns)
        shop.event(shop.days.ago(1), text, **person.visitor_columns())
        shop.survey(shop.days.ago(2), "review", **person.columns(), score="4", answer=text)
        shop.email_event(shop.days.ago(3), "opened", **person.columns(), campaign_id=text)
        shop.product(source_system=person.system, collection=text, category=f"of {text}")
        for amount in ("5", "6"):
            shop.add(
                "marketing_spend",
                spend_date=shop.days.last_day,
                channel=text,
                campaign=f"{amount} {text}",
                currency=shop.profile.reporting_currency,
                amount=amount,
            )


TRICKS = (
    texts_as_ids,
    addresses_in_texts,
    _with(" and ".join(ADDRESSES), "addresses", "Addresses among other words."),
    _with("👩‍👩‍👧 😀 🇧🇷", "emoji", "Emoji, joined and outside the basic plane."),
    _with('"quoted" and ""twice""', "quotes", "Quotes at the start and in the middle."),
    _with('Screen 5" wide', "stray_quote", "A quote that opens nothing."),
    _with("line one\nline two\r\nline three\r", "newlines", "Every kind of line end."),
    _with("a,b,,c;d\te", "separators", "Commas, semicolons and tabs."),
    _with("שלום עולم \u202emixed\u202c", "right_to_left", "Right-to-left text and its marks."),
    _with("  blanks around  ", "blanks_around", "Leading and trailing blanks, which stay."),
    _with(" ", "blank_alone", "A single blank, which is not empty."),
    _with("very long " * 2000, "very_long", "Twenty thousand characters."),
    _with("'; drop table x; -- {{ x }} $1 \\N \\", "code", "What looks like code or an escape."),
    _with("e\u0301 é ﬁ Å K", "look_alikes", "Letters that look alike and are not equal."),
)
