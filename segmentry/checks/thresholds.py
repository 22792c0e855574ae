"""The limits of publishing, as the build that is checked had them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentry.errors import ValidationError
from segmentry.settings.shop import ROOT
from segmentry.settings.variables import configured_variables


@dataclass(frozen=True)
class Thresholds:
    """The vars of the block *Publishing* in `dbt_project.yml`.

    Attributes:
        max_identity_conflict_share: identifiers that are nobody's, as a share of all, 0 to 1.
        max_raw_age_days: per raw table, how old its newest row may be, in days before the instant
            of the build.
        segment_size_days: days of published sizes that a segment is compared with.
        max_segment_swing_share: how far a segment may be from the median of those sizes, as a share
            of it.
        min_segment_swing_customers: customers below which no swing is one.
    """

    max_identity_conflict_share: float
    max_raw_age_days: dict[str, float]
    segment_size_days: int
    max_segment_swing_share: float
    min_segment_swing_customers: int


def read_thresholds(given: Mapping[str, Any], project: Path = ROOT) -> Thresholds:
    """Return the limits: those of `dbt_project.yml`, and on top the vars that a build was given.

    No model reads most of them, so the warehouse does not know them as vars of a model; it knows
    which were given on the command line of its build.

    Args:
        given: the vars that were given to dbt with --vars.
        project: the root of the dbt project.

    Raises:
        ValidationError: when one is missing or is no number.
    """
    values = configured_variables(project) | dict(given)
    try:
        return Thresholds(
            max_identity_conflict_share=float(values["max_identity_conflict_share"]),
            max_raw_age_days={
                str(table): float(days) for table, days in values["max_raw_age_days"].items()
            },
            segment_size_days=int(values["segment_size_days"]),
            max_segment_swing_share=float(values["max_segment_swing_share"]),
            min_segment_swing_customers=int(values["min_segment_swing_customers"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValidationError(f"A limit of publishing can't be read: {error}") from error
