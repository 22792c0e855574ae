"""Where the shop's people live, what they pay in, and the names that are common there."""

from dataclasses import dataclass

from examples.demo_shop.dice import Dice


@dataclass(frozen=True)
class Place:
    """A city with its currency, its price level and its sales tax, both in percent."""

    country_code: str
    region: str | None
    city: str
    postal_code: str | None
    currency: str
    price_level: int
    tax: int


_PLACES = {
    Place("US", "OR", "Portland", "97205", "USD", 100, 0): 150,
    Place("US", "WA", "Seattle", "98101", "USD", 100, 10): 80,
    Place("US", "CA", "San Francisco", "94110", "USD", 100, 9): 70,
    Place("US", "NY", "Brooklyn", "11215", "USD", 100, 9): 80,
    Place("US", "IL", "Chicago", "60614", "USD", 100, 10): 50,
    Place("US", "TX", "Austin", "78704", "USD", 100, 8): 50,
    Place("US", "MN", "Minneapolis", "55408", "USD", 100, 9): 30,
    Place("US", "NC", "Asheville", "28801", "USD", 100, 7): 20,
    Place("US", "NM", "Santa Fe", "87501", "USD", 100, 8): 15,
    Place("GB", "England", "London", "E8 3PN", "GBP", 80, 20): 70,
    Place("GB", "Scotland", "Edinburgh", "EH6 6JJ", "GBP", 80, 20): 30,
    Place("GB", "Wales", "Cardiff", "CF11 9LJ", "GBP", 80, 20): 12,
    Place("DE", "BE", "Berlin", "10999", "EUR", 95, 19): 40,
    Place("DE", "BY", "München", "80331", "EUR", 95, 19): 20,
    Place("FR", None, "Paris", "75011", "EUR", 95, 20): 25,
    Place("FR", None, "Lyon", "69004", "EUR", 95, 20): 12,
    Place("NL", None, "Utrecht", "3511", "EUR", 95, 21): 20,
    Place("ES", None, "València", "46003", "EUR", 95, 21): 12,
    Place("GR", None, "Αθήνα", "10558", "EUR", 95, 24): 8,
    Place("CA", "QC", "Montréal", "H2J 2L1", "USD", 105, 15): 25,
    Place("CA", "BC", "Vancouver", "V6B 1A1", "USD", 105, 12): 20,
    Place("JP", None, "京都市", "604-8001", "USD", 110, 10): 18,
    Place("KR", None, "서울", "04524", "USD", 110, 10): 10,
    Place("IL", None, "תל אביב", "6423806", "USD", 110, 18): 8,
    Place("AE", None, "دبي", None, "USD", 110, 5): 8,
    Place("UA", None, "Львів", "79000", "USD", 105, 20): 8,
    Place("IN", "KA", "Bengaluru", "560001", "USD", 105, 18): 12,
    Place("GH", None, "Accra", None, "USD", 105, 15): 7,
}

_AT_HOME = {
    "GB": "english", "DE": "german", "FR": "french", "NL": "dutch", "ES": "spanish",
    "GR": "greek", "JP": "japanese", "KR": "korean", "IL": "hebrew", "AE": "arabic",
    "UA": "ukrainian", "IN": "indian", "GH": "ghanaian",
}  # fmt: skip

_ANYWHERE = {
    "english": 58, "spanish": 14, "chinese": 7, "indian": 7, "ghanaian": 5, "french": 4,
    "german": 4, "korean": 3, "arabic": 3, "japanese": 3, "ukrainian": 2, "vietnamese": 4,
    "polish": 3, "hebrew": 2, "greek": 1, "dutch": 2,
}  # fmt: skip


def draw_place(dice: Dice) -> Place:
    """Return a city, the shop's home town most often."""
    return dice.weighted(_PLACES)


def draw_culture(dice: Dice, place: Place) -> str:
    """Return whose names a person in this place bears: mostly the country's, often another's."""
    at_home = _AT_HOME.get(place.country_code)
    return at_home if at_home and dice.chance(80) else dice.weighted(_ANYWHERE)
