"""Checks as Dagster shows them: dbt's data tests and what is validated before publishing."""

import re
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


def described_tests(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a dbt manifest in which every test says where it is shown and what it asks.

    Dagster shows a generic test at its model. A singular one that reads several models is shown at
    the one that is built last, after which it can run.
    """
    nodes = manifest["nodes"]
    tests = [node for node in nodes.values() if node["resource_type"] == "test"]
    for test in tests:
        models = [name for name in test["depends_on"]["nodes"] if name in nodes]
        if models and not test.get("attached_node"):
            last = max(models, key=lambda model: (len(_ancestors(manifest, model)), model))
            meta = test["config"].setdefault("meta", {})
            meta.setdefault("dagster", {"ref": {"name": nodes[last]["name"]}})
        # Where Dagster looks for it.
        test.setdefault("meta", {}).setdefault("description", what_is_asked(test))
    return manifest


def what_is_asked(test: Mapping[str, Any]) -> str:
    """Return what a data test of dbt asks: a singular one begins with a sentence that says so."""
    declared = test.get("test_metadata")
    if not declared:
        return " ".join(re.findall(r"^-- (.*)$", test["raw_code"], re.MULTILINE))
    arguments = declared["kwargs"]
    columns = arguments.get("columns") or [arguments.get("column_name") or "every row"]
    limits = {"minimum": "from {}", "maximum": "to {}", "values": "of {}", "to": "in {}"}
    limited = [
        limits[name].format(", ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in arguments.items()
        if name in limits and value is not None
    ]
    kind = declared["name"].replace("_", " ").capitalize()
    return f"{kind}: {' '.join([', '.join(columns), *limited])}."


def with_findings(result: AssetCheckResult, findings: Mapping[str, str]) -> AssetCheckResult:
    """Return what came of a data test with what it found, in the project's words.

    Args:
        result: as dbt's integration gives it, which counts rows alone.
        findings: by the name of the test.
    """
    found = findings.get(str(result.check_name), "")
    return result._replace(description=found) if found else result


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
