"""What the shop sells, since when, at what price, and what a visitor picks from it."""

from dataclasses import dataclass
from datetime import date, timedelta

from examples.demo_shop.dice import Dice

TEA, COFFEE, CERAMICS = "Tea", "Coffee", "Ceramics"
BREWING, SWEETS, GIFTS = "Kettles & Brewers", "Biscuits & Sweets", "Gift Sets"
CATEGORIES = (TEA, COFFEE, CERAMICS, BREWING, SWEETS, GIFTS)


@dataclass(frozen=True)
class Product:
    """A product; prices in US cents, `popularity` relative to other products."""

    product_id: str
    product_name: str
    brand: str | None
    category: str | None
    collection: str | None
    price: int
    popularity: int
    launched_on: date | None

    @property
    def cost(self) -> int:
        """What the shop pays for it, in US cents."""
        return self.price * 45 // 100

    @property
    def page_path(self) -> str:
        """The path of its page."""
        return f"/p/{self.product_id.lower()}"


# Identifier, name, brand, category, collection, US price in cents, popularity, launch.
_ROWS: tuple[tuple[str, str, str | None, str | None, str | None, int, int, str | None], ...] = (
    ("TEA-01", "Fog Harbour Breakfast", "Heron & Reed", TEA, "Everyday", 980, 9, None),
    ("TEA-02", "Smoked Cedar Lapsang", "Heron & Reed", TEA, "Everyday", 1240, 4, None),
    ("TEA-03", "Bergamot Grove Earl Grey", "Heron & Reed", TEA, "Everyday", 1080, 8, None),
    ("TEA-04", "Misty Terrace Sencha", "Nine Hills", TEA, "Origin", 1690, 6, None),
    ("TEA-05", "Stone-Ground Matcha 40 g", "Nine Hills", TEA, "Origin", 2950, 6, None),
    ("TEA-06", "Old Grove Pu-erh Cake", "Nine Hills", TEA, "Origin", 4800, 2, None),
    ("TEA-07", "Chamomile & Linden", "Little Lantern", TEA, "Caffeine-Free", 870, 6, None),
    ("TEA-08", "Hibiscus Cooler", "Little Lantern", TEA, "Caffeine-Free", 890, 4, None),
    ("TEA-09", "Harvest Spice Chai", "Little Lantern", TEA, "Autumn", 1150, 7, "2024-09-10"),
    ("TEA-10", "Snowberry White", "Heron & Reed", TEA, "Winter", 1450, 5, "2024-11-12"),
    ("TEA-11", "First Flush Darjeeling", "Nine Hills", TEA, "Origin", 2400, 5, "2025-04-08"),
    ("TEA-12", "Iced Peach Oolong", "Nine Hills", TEA, "Summer", 1380, 5, "2025-06-03"),
    ("TEA-13", "Toasted Rice Genmaicha", "Nine Hills", TEA, "Everyday", 1320, 5, "2025-08-19"),
    ("TEA-14", "Plum & Clove Rooibos", "Little Lantern", TEA, "Autumn", 990, 5, "2025-10-07"),
    ("TEA-15", "Jasmine Pearls", "Nine Hills", TEA, "Origin", 3200, 4, "2026-02-03"),
    ("TEA-16", "Cold-Brew Lemon Verbena", "Little Lantern", TEA, "Summer", 940, 5, "2026-05-26"),
    ("COF-01", "House Blend 250 g", "Moka Norte", COFFEE, "Everyday", 1290, 9, None),
    ("COF-02", "House Blend 1 kg", "Moka Norte", COFFEE, "Everyday", 4200, 5, None),
    ("COF-03", "Night Shift Decaf", "Moka Norte", COFFEE, "Everyday", 1350, 4, None),
    ("COF-04", "Highland Washed 250 g", "Cerro Claro", COFFEE, "Origin", 1790, 6, None),
    ("COF-05", "Wild Honey Natural", "Cerro Claro", COFFEE, "Origin", 1990, 4, None),
    ("COF-06", "Cascara Syrup", "Cerro Claro", COFFEE, None, 1180, 2, "2024-08-06"),
    ("COF-07", "Gingerbread Roast", "Moka Norte", COFFEE, "Winter", 1490, 6, "2024-11-19"),
    ("COF-08", "Anaerobic Lot 7", "Cerro Claro", COFFEE, "Limited", 3400, 3, "2025-03-11"),
    ("COF-09", "Cold-Brew Pitcher Packs", "Moka Norte", COFFEE, "Summer", 1650, 5, "2025-05-20"),
    ("COF-10", "Lot 12 Geisha", "Cerro Claro", COFFEE, "Limited", 5600, 2, "2025-09-30"),
    ("COF-11", "Maple Pecan Roast", "Moka Norte", COFFEE, "Autumn", 1490, 5, "2025-11-04"),
    ("COF-12", "Sunrise Espresso", "Moka Norte", COFFEE, "Everyday", 1420, 6, "2026-03-03"),
    ("COF-13", "Lot 15 Sidra", "Cerro Claro", COFFEE, "Limited", 4900, 2, "2026-06-02"),
    ("CER-01", "Speckled Mug", "Clayfield Studio", CERAMICS, "Speckle", 2600, 9, None),
    ("CER-02", "Speckled Teapot", "Clayfield Studio", CERAMICS, "Speckle", 7800, 4, None),
    ("CER-03", "Pair of Tumblers", "Clayfield Studio", CERAMICS, "Speckle", 3900, 5, None),
    ("CER-04", "Indigo Espresso Cup", "Osei Pottery", CERAMICS, "Indigo", 1900, 6, None),
    ("CER-05", "Indigo Serving Bowl", "Osei Pottery", CERAMICS, "Indigo", 6400, 3, None),
    ("CER-06", "Wood-Fired Tea Bowl", "Osei Pottery", CERAMICS, "Atelier", 14500, 2, None),
    ("CER-07", "Celadon Gaiwan", "Osei Pottery", CERAMICS, "Atelier", 8900, 3, "2024-10-15"),
    ("CER-08", "Snow Glaze Mug", "Clayfield Studio", CERAMICS, "Winter", 2900, 6, "2024-12-03"),
    ("CER-09", "Moon Jar", "Osei Pottery", CERAMICS, "Atelier", 24000, 1, "2025-02-18"),
    ("CER-10", "Meadow Mug", "Clayfield Studio", CERAMICS, "Meadow", 2800, 6, "2025-04-22"),
    ("CER-11", "Kintsugi Tea Bowl", "Osei Pottery", CERAMICS, "Atelier", 18500, 1, "2025-07-15"),
    ("CER-12", "Ember Mug", "Clayfield Studio", CERAMICS, "Ember", 2800, 6, "2025-09-09"),
    ("CER-13", "Ember Teapot", "Clayfield Studio", CERAMICS, "Ember", 8200, 3, "2025-12-02"),
    ("CER-14", "Tidepool Plate", "Clayfield Studio", CERAMICS, "Tide", 3400, 5, "2026-04-14"),
    ("BRW-01", "Gooseneck Kettle", "Ferrow", BREWING, None, 6900, 5, None),
    ("BRW-02", "Pour-Over Dripper", "Ferrow", BREWING, None, 2400, 6, None),
    ("BRW-03", "Hand Grinder", "Ferrow", BREWING, None, 8900, 4, None),
    ("BRW-04", "Paper Filters, 100", "Ferrow", BREWING, None, 650, 8, None),
    ("BRW-05", "Glass Cold-Brew Jug", "Bright Kettle", BREWING, None, 3400, 4, None),
    ("BRW-06", "Variable Electric Kettle", "Bright Kettle", BREWING, None, 12900, 3, None),
    ("BRW-07", "Bamboo Whisk", "Nine Hills", BREWING, None, 1800, 5, None),
    ("BRW-08", "Travel Press", "Bright Kettle", BREWING, None, 3900, 4, "2025-01-21"),
    ("BRW-09", "Precision Scale", "Ferrow", BREWING, None, 5400, 4, "2025-10-21"),
    ("BRW-10", "Lever Espresso Maker", "Ferrow", BREWING, None, 32000, 1, "2026-01-20"),
    ("SWT-01", "Oat & Honey Biscuits", "Little Lantern", SWEETS, None, 690, 7, None),
    ("SWT-02", "Dark Almond Biscotti", "Moka Norte", SWEETS, None, 850, 6, None),
    ("SWT-03", "Yuzu Jellies", "Nine Hills", SWEETS, None, 1100, 4, None),
    ("SWT-04", "Speculaas Tin", "Little Lantern", SWEETS, "Winter", 1650, 5, "2024-11-05"),
    ("SWT-05", "Salted Caramels", "Little Lantern", SWEETS, None, 1250, 5, "2025-06-24"),
    ("SWT-06", "Black Sesame Bar", "Nine Hills", SWEETS, None, 780, 5, "2026-03-24"),
    ("GFT-01", "Tea Taster, 8 Tins", "Heron & Reed", GIFTS, None, 3800, 6, None),
    ("GFT-02", "Coffee Taster, 6 Bags", "Moka Norte", GIFTS, None, 5200, 4, None),
    ("GFT-03", "Two Mugs & a Tin", "Clayfield Studio", GIFTS, None, 6200, 5, None),
    ("GFT-04", "Advent Tea Calendar 2024", "Heron & Reed", GIFTS, "Winter", 4900, 7, "2024-10-29"),
    ("GFT-05", "Matcha Starter Box", "Nine Hills", GIFTS, None, 7400, 4, "2025-04-29"),
    ("GFT-06", "Advent Tea Calendar 2025", "Heron & Reed", GIFTS, "Winter", 5100, 7, "2025-10-28"),
    ("GFT-07", "Garden Picnic Set", "Bright Kettle", GIFTS, "Summer", 8800, 3, "2026-05-12"),
    # Wrapping belongs to no brand and no category: the shop's own system leaves both empty.
    ("XTR-01", "Gift Wrapping", None, None, None, 400, 2, None),
)  # fmt: skip

PRODUCTS = tuple(
    Product(*row[:-1], launched_on=date.fromisoformat(row[-1]) if row[-1] else None)
    for row in _ROWS
)

# The seasonal calendars leave the shop when December ends.
_WITHDRAWN_AFTER = {"GFT-04": date(2024, 12, 24), "GFT-06": date(2025, 12, 24)}


def assortment(
    day: date, *, category: str | None = None, brand: str | None = None, at_least: int = 0
) -> list[Product]:
    """Return the products for sale on a day.

    Args:
        day: the day of the visit.
        category: only products of this category.
        brand: only products of this brand.
        at_least: the least price, in US cents.

    """
    return [
        product
        for product in PRODUCTS
        if (product.launched_on is None or product.launched_on <= day)
        and day <= _WITHDRAWN_AFTER.get(product.product_id, day)
        and category in (None, product.category)
        and brand in (None, product.brand)
        and product.price >= at_least
    ]


def choose(dice: Dice, products: list[Product], count: int) -> tuple[Product, ...]:
    """Return up to `count` distinct products, the popular ones more often."""
    left = {product: product.popularity for product in products}
    chosen: list[Product] = []
    while left and len(chosen) < count:
        product = dice.weighted(left)
        del left[product]
        chosen.append(product)
    return tuple(chosen)


def launches_before(day: date, days: int) -> list[Product]:
    """Return the products launched at most `days` days before a day."""
    since = day - timedelta(days=days)
    return [product for product in assortment(day) if (product.launched_on or date.min) >= since]
