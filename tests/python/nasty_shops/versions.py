"""Tricks with rows that stand more than once: equal, newer, older, and worse.

They copy rows that other tricks have made, and so come after them.
"""

from datetime import timedelta

from tests.python.nasty_shops.contract import COLUMNS, KINDS, OWN_TIMESTAMP, REQUIRED, VERSIONED
from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import Row, Shop, Value

CHANGEABLE = {
    "customers": "first_name",
    "products": "category",
    "orders": "shipping_amount",
    "order_lines": "quantity",
    "refunds": "amount",
    "events": "page_path",
    "surveys": "answer",
    "email_events": "campaign_id",
    "consent_events": "source",
    "marketing_spend": "amount",
    "exchange_rates": "rate",
}
"""A column of each table that may change from one version of a row to the next."""


def _version(shop: Shop, table: str, original: Row, **changes: Value) -> Row:
    """Add a version of a row in which some columns are changed."""
    row = {**original, **{column: shop.text(value) for column, value in changes.items()}}
    shop.rows[table].append(row)
    return row


def _some(shop: Shop, table: str) -> list[Row]:
    """Draw a few rows of a table."""
    rows = shop.rows[table]
    return shop.random.sample(rows, min(3, len(rows)))


def rows_repeated_exactly(shop: Shop) -> None:
    """Repeat a few rows of each table once or twice."""
    for table in COLUMNS:
        for row in _some(shop, table):
            for _ in range(shop.random.randint(1, 2)):
                _version(shop, table, row)


def bad_rows_repeated_exactly(shop: Shop) -> None:
    """Add bad rows that stand twice: each is one reject and one duplicate."""
    for table, columns in REQUIRED.items():
        for row in _some(shop, table)[:1]:
            bad = _version(shop, table, row, **{columns[-1]: None})
            _version(shop, table, bad)


def rows_that_differ_in_writing(shop: Shop) -> None:
    """Write an instant or amount otherwise, which makes a version and no duplicate."""
    person = shop.person()
    at = shop.days.ago(15)
    order = shop.order(**person.columns(), ordered_at=at, subtotal_amount="10")
    _version(shop, "orders", order, subtotal_amount="10.00")
    _version(shop, "orders", order, subtotal_amount="+10.0")
    _version(shop, "orders", order, ordered_at=at.isoformat())


def rows_updated(shop: Shop) -> None:
    """Add versions with updated_at null, older, equal, newer and unreadable, in any order."""
    for table in VERSIONED:
        column = CHANGEABLE[table]
        for row in _some(shop, table):
            row["updated_at"] = shop.pick((None, shop.written(shop.days.ago(20))))
            for updated_at in (None, shop.days.ago(20), shop.days.ago(10), "yesterday"):
                if shop.chance(0.7):
                    value = shop.random.randint(1, 9)
                    _version(shop, table, row, updated_at=updated_at, **{column: value})


def rows_told_apart_by_their_place(shop: Shop) -> None:
    """Add versions equal in updated_at and own timestamp, of which the last in its file counts."""
    for table, column in CHANGEABLE.items():
        for row in _some(shop, table):
            for value in shop.random.sample(range(1, 9), 3):
                _version(shop, table, row, **{column: value})


def versions_that_return(shop: Shop) -> None:
    """Add versions that tie and stand several times: each stands at its last place."""
    for table, column in CHANGEABLE.items():
        for row in _some(shop, table):
            for value in (1, 2, 1, 2):
                _version(shop, table, row, **{column: value})


def keys_of_two_customers(shop: Shop) -> None:
    """Add versions of one key that name another customer, nobody, or the same one otherwise."""
    other = f"{shop.new_id('Other')}@mail.test"
    for table, columns in COLUMNS.items():
        if "customer_id" not in columns[1:]:
            continue
        for row in _some(shop, table):
            for customer in shop.random.sample((other, other.upper(), None, "someone else"), 2):
                _version(shop, table, row, customer_id=customer)


def rows_moved_in_time(shop: Shop) -> None:
    """Add versions of which the one with the greatest own timestamp counts, even after as_of."""
    for table, column in OWN_TIMESTAMP.items():
        for row in _some(shop, table):
            for at in (shop.days.ago(30), shop.days.end - MICROSECOND, shop.days.end):
                if shop.chance(0.5):
                    _version(shop, table, row, **{column: at})


def newest_version_after_as_of(shop: Shop) -> None:
    """Add orders whose newest version comes, or was updated, after as_of."""
    late = shop.days.end + timedelta(hours=5)
    for changes in ({"ordered_at": late}, {"status": "cancelled"}, {"is_test": True}):
        order = shop.order(**shop.person().columns(), ordered_at=shop.days.ago(12))
        shop.line(order)
        _version(shop, "orders", order, updated_at=late, **changes)


def newest_version_is_bad(shop: Shop) -> None:
    """Add rows whose newest version is rejected, so that an older one counts."""
    for table in VERSIONED:
        for row in _some(shop, table):
            column = shop.pick(REQUIRED[table])
            if column in COLUMNS[table][:1]:
                continue
            _version(shop, table, row, updated_at=shop.days.ago(0), **{column: None})
    order = shop.order(**shop.person().columns())
    shop.line(order)
    _version(shop, "orders", order, updated_at=shop.days.ago(1), currency="XXX")


def every_version_is_bad(shop: Shop) -> None:
    """Add an order of which all versions are rejected, each for its own reason."""
    order = shop.order(**shop.person().columns(), status="paid")
    _version(shop, "orders", order, status=None, updated_at=shop.days.ago(2))
    _version(shop, "orders", order, currency=None)
    shop.line(order)
    shop.refund(order)


def same_key_in_another_system(shop: Shop) -> None:
    """Add rows of one key in several source systems are different rows."""
    for table in COLUMNS:
        if table in ("marketing_spend", "exchange_rates"):
            continue
        for row in _some(shop, table):
            other = shop.pick((*shop.profile.systems, "elsewhere"))
            _version(shop, table, row, source_system=other)


def unknown_values_repeated(shop: Shop) -> None:
    """Add two versions of which the newer one's optional value can't be read: it still counts."""
    for table in VERSIONED:
        optional = [
            column
            for column in COLUMNS[table]
            if column in KINDS and column not in REQUIRED[table] and KINDS[column] != "money"
        ]
        for row in _some(shop, table) if optional else ():
            changes: dict[str, Value] = {shop.pick(optional): "unknown"}
            _version(shop, table, row, updated_at=shop.days.ago(1), **changes)


TRICKS = (
    rows_that_differ_in_writing,
    newest_version_after_as_of,
    every_version_is_bad,
    rows_updated,
    rows_told_apart_by_their_place,
    versions_that_return,
    keys_of_two_customers,
    rows_moved_in_time,
    newest_version_is_bad,
    same_key_in_another_system,
    unknown_values_repeated,
    rows_repeated_exactly,
    bad_rows_repeated_exactly,
)
