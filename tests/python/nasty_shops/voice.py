"""Tricks with surveys and the emails that follow them."""

from datetime import timedelta

from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import Identity, Shop

AROUND = (-MICROSECOND, timedelta(), MICROSECOND)
SCORED = ("csat", "nps", "review")
REPAIR_WINDOW = timedelta(hours=720)


def scores_and_their_scales(shop: Shop) -> None:
    """Add scores at, inside and outside the bounds of scales default, custom and unreadable."""
    for score, score_max in (
        *(("0", None), ("10", None), ("10.0001", None), ("-0.1", None), ("5", None)),
        *(("5.0001", None), ("0", "0"), ("1", "0"), ("1", "-5"), ("3", "7"), ("7", "7")),
        *(("7.00004", "7"), ("7.00005", "7"), ("100", "100"), ("abc", "10"), (None, "10")),
        *(("4", "abc"), ("9.00005", "10"), ("8.99995", "10"), ("8.99994", "10")),
    ):
        person = shop.person()
        for survey_type in SCORED:
            shop.survey(
                shop.days.ago(shop.random.randint(1, 20)),
                survey_type,
                **person.columns(),
                score=score,
                score_max=score_max,
            )


def answers_at_segment_bounds(shop: Shop) -> None:
    """Add people whose latest answers sit exactly on, below and above each satisfaction bound."""
    for score in ("1.9999", "2", "2.0001", "4", "3.9999", "6.9999", "7", "8.9999", "9", "9.0001"):
        person = shop.person()
        for survey_type in SCORED:
            shop.survey(
                shop.days.ago(1), survey_type, **person.columns(), score=score, score_max="10"
            )


def answers_that_are_none(shop: Shop) -> None:
    """Add latest responses without a valid score, which hide no older answer."""
    person = shop.person()
    for days, score in ((30, "9"), (20, "3"), (10, None), (5, "11"), (2, "x")):
        for survey_type in SCORED:
            shop.survey(shop.days.ago(days), survey_type, **person.columns(), score=score)
    shop.survey(shop.days.ago(1), "csat", **shop.person().columns())


def answers_at_the_same_instant(shop: Shop) -> None:
    """Add answers of one instant, told apart by the bytes of their response_id."""
    person = shop.person()
    for prefix, score in (("Z", "1"), ("a", "5"), ("é", "9"), ("", "7")):
        for survey_type in SCORED:
            shop.survey(
                shop.days.ago(9),
                survey_type,
                **person.columns(),
                response_id=prefix + shop.new_id("tie"),
                score=score,
                score_max="10",
            )


def answers_that_grow_old(shop: Shop) -> None:
    """Add answers around the first instant at which feedback is still valid, and around as_of."""
    for edge in (shop.days.window_start(shop.profile.feedback_valid_days), shop.days.end):
        for shift in AROUND:
            person = shop.person()
            for survey_type in SCORED:
                shop.survey(edge + shift, survey_type, **person.columns(), score="3")


def reviews_with_photos(shop: Shop) -> None:
    """Add reviews with photos, with and without a score; a photo on another survey is none."""
    for score in (None, "4", "99"):
        for has_photo in ("yes", "false", None, "maybe"):
            shop.survey(
                shop.days.ago(500),
                shop.pick(("review", "review", "csat")),
                **shop.person().columns(),
                score=score,
                has_photo=has_photo,
            )


def profiles_of_people(shop: Shop) -> None:
    """Add profile answers renewed, tied, without question or answer, and reasons to complain."""
    person = shop.person()
    for days, question, answer in (
        *((40, "income", "low"), (10, "income", "high"), (10, "income", "middle")),
        *((5, "income", None), (4, None, "orphan"), (3, "VALS", "Thinker: a, b")),
        *((30, "complaint_reason", "late"), (9, "complaint_reason", "broken")),
        *((9, "complaint_reason", "rude"), (1, "complaint_reason", None)),
    ):
        shop.survey(
            shop.days.ago(days),
            "profile",
            **person.columns(),
            question_key=question,
            answer=answer,
        )
    shop.survey(
        shop.days.end,
        "profile",
        **person.columns(),
        question_key="income",
        answer="tomorrow's",
    )


def surveys_of_nobody(shop: Shop) -> None:
    """Add responses without a person, of an unknown account, and of a shared address."""
    for identity in (
        Identity(shop.system()),
        Identity(shop.system(), "ghost" + shop.new_id("c")),
        Identity(shop.system(), email="info@shop.example"),
    ):
        shop.survey(shop.days.ago(3), "csat", **identity.columns(), score="2")


def repairs_at_the_edges(shop: Shop) -> None:
    """Add service recovery emails with answers at and just beside t and t + 720 hours."""
    sent = shop.days.ago(60)
    for after in (*(REPAIR_WINDOW + shift for shift in AROUND), timedelta(), MICROSECOND):
        for before_score, after_score in (("5", "8"), ("5", "5"), ("9", "10"), ("8.9999", "9")):
            person = shop.person()
            earlier = shop.pick((MICROSECOND, timedelta(days=500)))
            shop.survey(sent - earlier, "csat", **person.columns(), score=before_score)
            shop.survey(sent + after, "csat", **person.columns(), score=after_score)
            shop.email_event(
                sent, "delivered", **person.columns(), campaign_type="service_recovery"
            )


def repairs_that_compete(shop: Shop) -> None:
    """Add several emails of one instant or in a row, with answers before and after that tie."""
    person = shop.person()
    sent = shop.days.ago(80)
    for prefix, score in (("a", "4"), ("Z", "6"), ("é", "2")):
        identifier = prefix + shop.new_id("tie")
        for at in (sent - timedelta(days=1), sent + timedelta(days=1)):
            shop.survey(
                at,
                "csat",
                **person.columns(),
                response_id=identifier + str((at - sent).days),
                score=score,
            )
        shop.email_event(
            sent,
            shop.pick(("delivered", "delivered", "opened")),
            **person.columns(),
            event_id=identifier,
            campaign_type="service_recovery",
        )
    for days in (366, 365, 364, 40):
        shop.email_event(
            shop.days.ago(days), "delivered", **person.columns(), campaign_type="service_recovery"
        )


TRICKS = (
    scores_and_their_scales,
    answers_at_segment_bounds,
    answers_that_are_none,
    answers_at_the_same_instant,
    answers_that_grow_old,
    reviews_with_photos,
    profiles_of_people,
    surveys_of_nobody,
    repairs_at_the_edges,
    repairs_that_compete,
)
