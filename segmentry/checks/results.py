"""What a validation found: counts and ids, never a personal datum."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a failed check does: stop publishing, or be told."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check.

    Attributes:
        name: what is checked, unique in a validation: `customer_facts_customer_id_is_unique`.
        table: the table that was checked.
        severity: what a failure does.
        success: whether it holds. A check that raised an exception does not.
        message: one sentence with the numbers, for people.
        observed: the numbers: counts and shares by name.
        sample_ids: up to 20 ids of rows that fail: customer ids, segments, row keys of raw tables;
            never an address or a name.
        exception: the text of the exception that kept the check from an answer.
    """

    name: str
    table: str
    severity: Severity
    success: bool
    message: str
    observed: dict[str, int | float | str] = field(default_factory=dict)
    sample_ids: list[str] = field(default_factory=list)
    exception: str | None = None


@dataclass(frozen=True)
class SyncRun:
    """A run of a sync that was known when the build began.

    Attributes:
        sync: its name.
        started_at: when it began, UTC, to the minute.
        status: how it ended.
        counts: rows by what became of them.
        message: why it ended so, naming nobody.
    """

    sync: str
    started_at: str
    status: str
    counts: dict[str, int]
    message: str


@dataclass(frozen=True)
class Validation:
    """The outcome of all checks of one built warehouse.

    Attributes:
        as_of_date: the last day that the warehouse knows of.
        invocation_id: dbt's id of the build that was checked; the next build needs its own
            validation.
        accepted: what was let through for this build: segments whose swing was meant, names of
            other checks.
        results: one result per check.
        sync_runs: the last runs of syncs, the latest first.
    """

    as_of_date: date
    invocation_id: str
    accepted: list[str]
    results: list[CheckResult]
    sync_runs: list[SyncRun] = field(default_factory=list)

    @property
    def by_table(self) -> dict[str, list[CheckResult]]:
        """The results by the table that was checked, in their order."""
        tables: dict[str, list[CheckResult]] = {}
        for result in self.results:
            tables.setdefault(result.table, []).append(result)
        return tables

    @property
    def failures(self) -> list[CheckResult]:
        """The failed checks that stop publishing."""
        return [
            result
            for result in self.results
            if not result.success and result.severity is Severity.BLOCKING
        ]

    @property
    def warnings(self) -> list[CheckResult]:
        """The failed checks that do not stop publishing."""
        return [
            result
            for result in self.results
            if not result.success and result.severity is Severity.WARNING
        ]

    @property
    def success(self) -> bool:
        """Whether the warehouse may be published."""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """Return the validation as JSON can hold it, with `success` added."""
        return asdict(self) | {
            "as_of_date": self.as_of_date.isoformat(),
            "success": self.success,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Validation":
        """Return a validation from what `to_dict` made of it."""
        return cls(
            date.fromisoformat(content["as_of_date"]),
            content["invocation_id"],
            content["accepted"],
            [
                CheckResult(**{**result, "severity": Severity(result["severity"])})
                for result in content["results"]
            ],
            [SyncRun(**run) for run in content.get("sync_runs", [])],
        )
