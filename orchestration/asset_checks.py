"""Checks as Dagster shows them: dbt's data tests and what is validated before publishing."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
)

from segmentry.checks.declaration import count_checks
from segmentry.checks.results import Severity, Validation

# A check of this name at a table holds everything that Great Expectations is asked of it.
EXPECTATIONS = "expectations"


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


def validation_checks(manifest: Mapping[str, Any]) -> list[AssetCheckSpec]:
    """Return a check per table for what is expected of it before publishing.

    They do not block in Dagster's sense, since they run in the step that publishes; publishing
    itself refuses when a blocking expectation fails.
    """
    return [
        AssetCheckSpec(
            name=EXPECTATIONS,
            asset=AssetKey(table),
            description=(
                f"What is expected of the table before publishing ({count} in all). "
                "A blocking failure keeps the last published version current; "
                "a warning is told and published."
            ),
        )
        for table, count in count_checks(manifest).items()
    ]


def validation_results(validation: Validation) -> Iterator[AssetCheckResult]:
    """Yield what a validation found, per table; ids of failing rows stay in its Data Docs."""
    for table, found in validation.by_table.items():
        failed = [result for result in found if not result.success]
        is_blocked = any(result.severity is Severity.BLOCKING for result in failed)
        yield AssetCheckResult(
            asset_key=AssetKey(table),
            check_name=EXPECTATIONS,
            passed=not failed,
            severity=AssetCheckSeverity.ERROR if is_blocked else AssetCheckSeverity.WARN,
            description="\n".join(
                f"{result.name} ({result.severity.value}): {result.message}" for result in failed
            ),
            metadata={
                "expectations": len(found),
                "failed": len(failed),
                **{
                    result.name: MetadataValue.float(float(result.observed["value"]))
                    for result in found
                    if "value" in result.observed
                },
            },
        )
