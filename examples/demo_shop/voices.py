"""What people say: satisfaction scores, recommendations, reviews and answers about themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from examples.demo_shop.dice import Dice
from examples.demo_shop.records import EmailEvent, Order, Survey
from examples.demo_shop.seasons import END

_GLAD = (
    "Best cup of my week 🍵",
    "Arrived in two days, wrapped like a present.",
    'My grandmother would say: "finally, real tea". She is hard to please.',
    "The glaze is even lovelier in daylight ☕️✨",
    "Third order, never disappointed.",
    "香りがとても良いです。また買います。",
    "شاي رائع، والتغليف جميل جدًا",
    "Wunderschöne Tasse, liegt gut in der Hand.",
    "Délicieux, mais attention :\non en boit trop vite !",
    "תה נפלא, הגיע מהר",
    "Дуже смачно, дякую! 💛",
    "향이 정말 좋아요",
)
_MIXED = (
    "Good, though a bit pricey.",
    "Nice mug, smaller than I thought.",
    "Tasty. The tin was dented, the tea was not.",
    "Está bien, esperaba más aroma.",
    "Fine for every day 🙂",
)
_SAD = (
    "Two of three cups arrived in pieces 😞",
    'Stale. I had hoped for "freshly roasted".',
    "Waited three weeks.\nNobody answered my mail.",
    "Leider zu bitter.",
    "思っていたより薄い味でした",
)
_COMPLAINTS = {
    "late delivery": 35,
    "broken on arrival": 30,
    "stale": 15,
    "wrong item": 12,
    "rude reply": 8,
}
_PROFILE = {
    "income": {"under 30k": 20, "30k-60k": 35, "60k-100k": 30, "over 100k": 15},
    "occupation": {
        "office": 30, "teaching": 14, "health care": 14, "crafts": 12, "student": 16, "retired": 14,
    },
    "interests": {"tea": 30, "coffee": 30, "ceramics": 15, "baking": 15, "gifts": 10},
    "household": {"alone": 30, "couple": 40, "family": 30},
}  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """Somebody who answers, and where the answers and the emails that follow are written."""

    surveys: list[Survey]
    email_events: list[EmailEvent]
    dice: Dice
    customer_id: str | None
    email: str | None
    happiness: int

    def _say(
        self,
        survey_type: str,
        at: datetime,
        *,
        order: Order | None = None,
        product_id: str | None = None,
        question_key: str | None = None,
        score: int | None = None,
        score_max: int | None = None,
        answer: str | None = None,
        has_photo: bool | None = None,
    ) -> None:
        """Write a response, unless it comes after the shop's last day."""
        if at >= END:
            return
        self.surveys.append(
            Survey(
                response_id="",
                responded_at=at,
                survey_type=survey_type,
                customer_id=self.customer_id,
                email=self.email,
                order_id=order.order_id if order else None,
                product_id=product_id,
                question_key=question_key,
                score=score,
                score_max=score_max,
                answer=answer,
                has_photo=has_photo,
            )
        )

    def _later(self, at: datetime, low: int, high: int) -> datetime:
        """Return an instant `low` to `high` days later."""
        return at + timedelta(
            days=self.dice.between(low, high - 1), minutes=self.dice.between(0, 1439)
        )

    def _mood(self) -> int:
        """Return a score out of 10 around the usual one."""
        return max(0, min(10, self.happiness + self.dice.between(-2, 2)))

    def answer_about_order(self, order: Order, product_id: str | None) -> None:
        """Answer some of the questions that follow an order that went well enough."""
        if self.dice.chance(15):
            mood = self._mood()
            at = self._later(order.ordered_at, 3, 9)
            if self.dice.chance(20):
                self._say("csat", at, order=order, score=mood // 2, score_max=5)
            else:
                self._say("csat", at, order=order, score=mood)
            if mood < 6 and self.dice.chance(50):
                self._receive_apology(self._later(at, 1, 4))
        if self.dice.chance(6):
            at = self._later(order.ordered_at, 14, 30)
            self._say("nps", at, score=self._mood(), score_max=10)
        if self.dice.chance(12):
            stars = max(1, (self._mood() + 1) // 2)
            words = _GLAD if stars >= 4 else _MIXED if stars == 3 else _SAD
            self._say(
                "review",
                self._later(order.ordered_at, 6, 20),
                product_id=product_id,
                score=stars,
                score_max=5,
                answer=self.dice.pick(words) if self.dice.chance(80) else None,
                has_photo=self.dice.chance(22),
            )

    def complain_about_order(self, order: Order) -> None:
        """Complain, receive an apology, and three times in four say how that went down."""
        told_at = self._later(order.ordered_at, 2, 5)
        self._say("csat", told_at, order=order, score=self.dice.between(1, 5))
        reason = self.dice.weighted(_COMPLAINTS)
        self._say("profile", told_at, question_key="complaint_reason", answer=reason)
        if self.dice.chance(40):
            stars = self.dice.between(1, 2)
            at = self._later(told_at, 1, 3)
            self._say("review", at, score=stars, score_max=5, answer=self.dice.pick(_SAD))
        apology_at = self._later(told_at, 1, 3)
        self._receive_apology(apology_at)
        if self.dice.chance(75):
            score = self.dice.between(7, 10) if self.dice.chance(60) else self.dice.between(0, 1)
            self._say("csat", self._later(apology_at, 2, 18), order=order, score=score)

    def _receive_apology(self, at: datetime) -> None:
        if at < END:
            self.email_events.append(
                EmailEvent(
                    event_id="",
                    occurred_at=at,
                    event_type="delivered",
                    customer_id=self.customer_id,
                    email=self.email,
                    campaign_id="care-apology",
                    campaign_type="service_recovery",
                )
            )

    def introduce(self, at: datetime) -> None:
        """Answer some of the questions that a new account is asked."""
        for question, answers in _PROFILE.items():
            if self.dice.chance(60):
                answer = self.dice.weighted(answers)
                self._say("profile", at, question_key=question, answer=answer)
