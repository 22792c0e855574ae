"""Overlaps of segments: how many customers two of them share."""

from itertools import combinations
from typing import Any

from .facts import share
from .segments.membership import Membership


def segment_overlaps(memberships: dict[str, set[Membership]]) -> list[dict[str, Any]]:
    """Return each pair of segments that share a customer, whatever the value."""
    members = {
        segment: {membership.person for membership in found}
        for segment, found in memberships.items()
    }
    return [
        {
            "segment_a": first,
            "segment_b": second,
            "customers": len(both),
            "share_of_smaller": share(len(both), min(len(members[first]), len(members[second]))),
        }
        for first, second in combinations(sorted(members), 2)
        if (both := members[first] & members[second])
    ]
