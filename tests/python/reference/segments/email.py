"""Segments by reach and reading of email."""

from ..shop import Facts, Shop
from .membership import Rule, by_facts

READER_CLICKS = 1
READER_OPENS = 3


def _reads_newsletters(facts: Facts, shop: Shop) -> bool:
    return bool(facts["is_email_subscriber"]) and (
        facts["email_clicks_last_90_days"] >= READER_CLICKS
        or facts["email_opens_last_90_days"] >= READER_OPENS
    )


EMAIL: dict[str, Rule] = {
    "email_subscribers": by_facts(lambda facts, shop: facts["is_email_subscriber"]),
    "sms_subscribers": by_facts(lambda facts, shop: facts["is_sms_subscriber"]),
    "newsletter_readers": by_facts(_reads_newsletters),
}
