"""What the engine asks of a platform, and what a platform says of each row.

An adapter knows the requests of one platform and nothing of segments, consent, ledgers or plans.
It sends what it is given, reports every row as the platform did, and may be asked for anything
twice: a call that was cut off is made again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Profile:
    """A person, as far as a platform may know them.

    Attributes:
        key: the keyed hash of the address, which every report names them by.
        address: where emails go to, trimmed and in lower case.
        properties: values by the platform's own names; dates are texts in ISO 8601. What is not
            named stays on the platform as it is; null takes a value away.
        platform_id: what the platform calls them, where it told.
    """

    key: str
    address: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    platform_id: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of the rows of a call. Whoever is not rejected was confirmed.

    Attributes:
        rejected: the reason by key, in words that hold no address.
        platform_ids: what the platform calls those of whom it told, by key.
    """

    rejected: Mapping[str, str] = field(default_factory=dict)
    platform_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """Work that a platform does after it has answered.

    Attributes:
        job_id: what the platform calls it; enough to ask again after a restart.
    """

    job_id: str


class SuppressionKind(StrEnum):
    """Why a platform writes to an address no more."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Suppression:
    """An address that a platform writes to no more.

    Attributes:
        address: as the platform writes it.
        kind: why.
    """

    address: str
    kind: SuppressionKind


@dataclass(frozen=True)
class Limits:
    """How much fits into a call.

    Attributes:
        added: profiles of one call of `add`.
        removed: profiles of one call of `remove`.
        body_bytes: of one request.
        profile_bytes: of one profile within it.
    """

    added: int
    removed: int
    body_bytes: int
    profile_bytes: int


class Platform(Protocol):
    """One account of a platform."""

    @property
    def limits(self) -> Limits:
        """How much fits into a call."""

    def close(self) -> None:
        """Close the connections."""

    def size_of(self, profile: Profile) -> int:
        """Return the bytes of a profile within a request, with what parts it from the next."""

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """See that an audience and the properties are there; change nothing.

        Raises:
            PlatformError: naming what is missing and where it is made, or that the credentials
                are refused.
        """

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Write profiles and make them members; who is a member already stays one.

        It never changes whether somebody may be written to.

        Args:
            audience_id: the list, segment or tag.
            profiles: at most `limits.added`.

        Raises:
            PlatformError: when the call as a whole failed.
        """

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """Return what became of a job's rows; None while it is at work.

        It may write what the job could not, and take its time.

        Args:
            job: what `add` returned, now or before a restart.
            audience_id: as in `add`.
            profiles: the same, in the same order.

        Raises:
            JobLostError: when the platform cancelled or forgot it: nothing was confirmed.
            PlatformError: when it can't be asked.
        """

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Take profiles out of an audience, and leave them otherwise as they are.

        Whoever is no member, or is not known at all, was removed.

        Args:
            audience_id: the list, segment or tag.
            profiles: at most `limits.removed`.

        Raises:
            PlatformError: when the call as a whole failed.
        """

    def member_count(self, audience_id: str) -> int | None:
        """Return how many members an audience has; None when the platform does not tell."""

    def members(self, audience_id: str) -> Iterator[str] | None:
        """Return the addresses of an audience's members; None when the platform does not tell."""

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield the addresses that the account writes to no more.

        Args:
            latest: whether the last page of each listing is enough, as between two batches.

        Raises:
            PlatformError: when it can't be asked.
        """

    def erase(self, profile: Profile) -> None:
        """Have everything of a person deleted, whoever brought it; who is not there was deleted.

        Raises:
            PlatformError: when the platform refuses.
        """
