"""Checks as Dagster shows them: dbt's data tests and what is validated before publishing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
)

from orchestration.checks import declared_checks
from orchestration.checks.results import CheckResult, Severity


def attach_singular_tests(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a dbt manifest in which every singular test names the model that it is a check of.

    Dagster shows a generic test at its model. One that reads several models is shown at the one
    that is built last, after which it can run.
    """
    nodes = manifest["nodes"]
    tests = [node for node in nodes.values() if node["resource_type"] == "test"]
    for test in tests:
        models = [name for name in test["depends_on"]["nodes"] if name in nodes]
        if models and not test.get("attached_node"):
            last = max(models, key=lambda model: (len(_ancestors(manifest, model)), model))
            meta = test["config"].setdefault("meta", {})
            meta.setdefault("dagster", {"ref": {"name": nodes[last]["name"]}})
    return manifest


def _ancestors(manifest: Mapping[str, Any], node: str) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        parents = set(manifest["parent_map"].get(waiting.pop(), [])) - found
        found |= parents
        waiting.extend(parents)
    return found


def validation_checks() -> list[AssetCheckSpec]:
    """Return a check for everything that is validated before publishing.

    They do not block in Dagster's sense, since they run in the step that publishes; publishing
    itself refuses when a blocking one fails.
    """
    return [
        AssetCheckSpec(
            name=shown_name(check.name),
            asset=AssetKey(check.table),
            description=_describe(check.severity),
        )
        for check in declared_checks()
    ]


def shown_name(name: str) -> str:
    """Return the name of a check of the validation; a test of dbt may be called the same."""
    return f"validation_{name}"


def validation_results(results: Sequence[CheckResult]) -> Iterator[AssetCheckResult]:
    """Yield what a validation found; ids of failing rows stay in its Data Docs."""
    for result in results:
        numbers = {f"observed/{name}": value for name, value in result.observed.items()}
        yield AssetCheckResult(
            asset_key=AssetKey(result.table),
            check_name=shown_name(result.name),
            passed=result.success,
            severity=(
                AssetCheckSeverity.ERROR
                if result.severity is Severity.BLOCKING
                else AssetCheckSeverity.WARN
            ),
            description=result.message,
            metadata={**numbers, "severity": MetadataValue.text(result.severity.value)},
        )


def _describe(severity: Severity) -> str:
    if severity is Severity.BLOCKING:
        return "Validated before publishing; a failure keeps the last published version current."
    return "Validated before publishing; a failure is told and published."
