"""What the shop spends on advertising, and what foreign money is worth."""

from datetime import date, timedelta
from decimal import Decimal

from examples.demo_shop.dice import Dice
from examples.demo_shop.records import ExchangeRate, MarketingSpend, money
from examples.demo_shop.seasons import FIRST_DAY, LAST_DAY, days_between

# Country, currency, channel, campaign, and the budget of a quiet month in cents.
_BUDGETS = (
    ("US", "USD", "paid_search", "tea-generic", 42_000),
    ("US", "USD", "paid_social", "studio-stories", 28_000),
    ("US", "USD", "affiliate", "teanotes", 9_000),
    ("GB", "GBP", "paid_search", "tea-generic", 14_000),
    ("GB", "GBP", "paid_social", "studio-stories", 8_000),
    ("DE", "EUR", "paid_search", "kaffee-keramik", 10_000),
    ("FR", "EUR", "paid_social", "studio-stories", 6_000),
    (None, "USD", "podcast", "slow-cups", 12_000),
)
_BUSY_MONTHS = {11: 180, 12: 210, 5: 130}
# Units of 0.0001 US dollar per unit, at the start.
_FIRST_RATES = {"EUR": 10_750, "GBP": 12_680}
_RATES_FROM = date(2024, 6, 24)


def marketing_spend() -> list[MarketingSpend]:
    """Return one row per month and campaign."""
    dice = Dice("marketing spend")
    return [
        MarketingSpend(
            spend_date=day,
            channel=channel,
            country_code=country_code,
            campaign=campaign,
            currency=currency,
            amount=money(
                budget * _BUSY_MONTHS.get(day.month, 100) * dice.between(85, 115) // 10_000
            ),
        )
        for day in days_between(FIRST_DAY, LAST_DAY)
        if day.day == 1
        for country_code, currency, channel, campaign, budget in _BUDGETS
    ]


def exchange_rates() -> list[ExchangeRate]:
    """Return a rate per foreign currency and Monday, wandering a little from week to week."""
    dice = Dice("exchange rates")
    rates = dict(_FIRST_RATES)
    rows = []
    day = _RATES_FROM
    while day <= LAST_DAY:
        for currency in rates:
            rates[currency] += dice.between(-90, 92)
            rate = Decimal(rates[currency]).scaleb(-4)
            rows.append(ExchangeRate(rate_date=day, currency=currency, rate=rate))
        day += timedelta(days=7)
    return rows
