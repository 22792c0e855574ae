"""Segments by what customers said, of the last year unless said otherwise."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction

from ..answers import Answer, profile_answers, scored_answers
from ..sessions import event_order
from ..shop import Facts, Shop
from ..staging import Row
from .membership import Membership, Rule, at_least, at_most, below, by_facts

SATISFIED = 9
NEUTRAL = 7
POSITIVE_REVIEW = 4
NEGATIVE_REVIEW = 2
RECOVERY_TIME = timedelta(hours=720)
COMPLAINT_QUESTION = "complaint_reason"


def _by_answer(fact: str, holds: Callable[[float | None], bool]) -> Rule:
    def is_member(facts: Facts, shop: Shop) -> bool:
        return holds(facts[fact]) and shop.clock.is_recent(
            facts[f"{fact}_at"], shop.settings.feedback_valid_days
        )

    return by_facts(is_member, lambda facts: facts[f"{fact}_at"])


def _is_middling(score: float | None) -> bool:
    return at_least(score, NEUTRAL) and below(score, SATISFIED)


def csat_improved(shop: Shop) -> Iterator[Membership]:
    """Persons more content after the latest attempt to make up for a bad experience."""
    return _recovered(shop, lambda before, after: after > before)


def csat_not_improved(shop: Shop) -> Iterator[Membership]:
    """Persons no more content after the latest attempt to make up for a bad experience."""
    return _recovered(shop, lambda before, after: after <= before)


def _recovered(shop: Shop, holds: Callable[[Fraction, Fraction], bool]) -> Iterator[Membership]:
    for person, history in shop.histories.items():
        answers = scored_answers(history.surveys, "csat")
        emails = [row for row in history.email_events if _is_recovery(row, shop)]
        pairs = [
            pair
            for email in sorted(emails, key=event_order)
            if (pair := _before_and_after(answers, email["occurred_at"])) is not None
        ]
        if pairs and holds(pairs[-1][0].score, pairs[-1][1].score):
            yield Membership(person, "", pairs[-1][1].responded_at)


def _is_recovery(row: Row, shop: Shop) -> bool:
    return (
        row["event_type"] == "delivered"
        and row["campaign_type"] == "service_recovery"
        and shop.clock.is_recent(row["occurred_at"], shop.settings.feedback_valid_days)
    )


def _before_and_after(answers: list[Answer], sent_at: datetime) -> tuple[Answer, Answer] | None:
    # The answers stand by time and response_id, so the last before and the first after follow.
    before = [answer for answer in answers if answer.responded_at < sent_at]
    after = [
        answer for answer in answers if sent_at < answer.responded_at <= sent_at + RECOVERY_TIME
    ]
    if before and after and before[-1].score < SATISFIED:
        return before[-1], after[0]
    return None


def complainers(shop: Shop) -> Iterator[Membership]:
    """Persons by the reason of their newest complaint."""
    for person, history in shop.histories.items():
        newest = profile_answers(history.surveys).get(COMPLAINT_QUESTION)
        days = shop.settings.feedback_valid_days
        if newest is not None and shop.clock.is_recent(newest["responded_at"], days):
            yield Membership(person, newest["answer"], newest["responded_at"])


SATISFACTION: dict[str, Rule] = {
    "satisfied_customers": _by_answer("latest_csat", lambda score: at_least(score, SATISFIED)),
    "neutral_customers": _by_answer("latest_csat", _is_middling),
    "dissatisfied_customers": _by_answer("latest_csat", lambda score: below(score, NEUTRAL)),
    "nps_promoters": _by_answer("latest_nps", lambda score: at_least(score, SATISFIED)),
    "nps_passives": _by_answer("latest_nps", _is_middling),
    "nps_detractors": _by_answer("latest_nps", lambda score: below(score, NEUTRAL)),
    "positive_reviewers": _by_answer(
        "latest_review", lambda score: at_least(score, POSITIVE_REVIEW)
    ),
    "negative_reviewers": _by_answer(
        "latest_review", lambda score: at_most(score, NEGATIVE_REVIEW)
    ),
    "photo_reviewers": by_facts(lambda facts, shop: facts["photo_review_count"] >= 1),
    "csat_improved": csat_improved,
    "csat_not_improved": csat_not_improved,
    "complainers": complainers,
}
