"""Shops that lack nearly everything."""

from tests.python.nasty_shops.contract import COLUMNS, REQUIRED
from tests.python.nasty_shops.shop import Row, Shop


def apply_extreme(shop: Shop) -> None:
    """Reduce a shop that is drawn to what its profile leaves of it."""
    extreme = shop.profile.extreme
    if extreme == "one order":
        _keep_one_order(shop)
    elif extreme == "no order":
        shop.rows["orders"] = []
    elif extreme == "only orders":
        for table in shop.rows:
            shop.rows[table] = shop.rows[table] if table == "orders" else []
    elif extreme == "all null":
        _blank(shop, 1.0)
    elif extreme == "sparse":
        _blank(shop, 0.5)


def _keep_one_order(shop: Shop) -> None:
    for table in shop.rows:
        shop.rows[table] = []
    shop.malformed = False
    person = shop.person()
    shop.order(**person.columns(), ordered_at=shop.days.ago(0, hours=1))


def _blank(shop: Shop, share: float) -> None:
    """Set that share of the optional values to null; source_system and updated_at stay."""
    for table, rows in shop.rows.items():
        optional = set(COLUMNS[table]) - set(REQUIRED[table])
        shop.rows[table] = [_blanked(shop, row, optional, share) for row in rows]


def _blanked(shop: Shop, row: Row, optional: set[str], share: float) -> Row:
    return {
        column: None if column in optional and shop.chance(share) else value
        for column, value in row.items()
    }
