"""Survey answers on the scales that facts and segments use."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from .staging import Row

_DEFAULT_SCORE_MAX = {"csat": 10, "nps": 10, "review": 5}
_SCALE = {"csat": 10, "review": 5}


@dataclass(frozen=True)
class Answer:
    """A scored response: csat on 0 to 10, review on 0 to 5, nps as it was given."""

    score: Fraction
    responded_at: datetime


def response_order(response: Row) -> tuple[datetime, bytes, bytes]:
    """Sort key of responses: by time, then response_id, then source system."""
    identifiers = response["response_id"].encode(), response["source_system"].encode()
    return response["responded_at"], *identifiers


def scored_answers(surveys: list[Row], survey_type: str) -> list[Answer]:
    """Return the answers of one type that have a score, the latest last."""
    return [
        Answer(score, response["responded_at"])
        for response in sorted(surveys, key=response_order)
        if response["survey_type"] == survey_type and (score := _score(response)) is not None
    ]


def profile_answers(surveys: list[Row]) -> dict[str, Row]:
    """Return the newest profile response per question_key."""
    return {
        response["question_key"]: response
        for response in sorted(surveys, key=response_order)
        if response["survey_type"] == "profile"
        and response["question_key"] is not None
        and response["answer"] is not None
    }


def _score(response: Row) -> Fraction | None:
    survey_type = response["survey_type"]
    if response["score"] is None:
        return None
    score = Fraction(response["score"])
    score_max = Fraction(
        _DEFAULT_SCORE_MAX[survey_type] if response["score_max"] is None else response["score_max"]
    )
    if score_max <= 0 or not 0 <= score <= score_max:
        return None
    scale = _SCALE.get(survey_type)
    return score if scale is None else score * scale / score_max
