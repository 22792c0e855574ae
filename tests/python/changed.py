"""`make check`: what to ask while one works, of what has changed since the branch left main.

Format, lint and types are asked of everything, as they take seconds; SQL style of the changed
files; unit tests of the changed models and of all that hang on them, on empty tables; and the tests
of the rooms that were touched. What takes minutes, `make test` alone asks.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TESTS = "tests/python"
TESTED = ROOT / "target" / "tested" / "segmentry.duckdb"

# The tests of each room, which is a folder or a file, without `test_`.
ROOMS: dict[str, tuple[str, ...]] = {
    "benchmarks": ("benchmarks",),
    "examples": ("examples",),
    "examples/dashboard": ("dashboard",),
    "examples/demo_shop": ("demo_shop",),
    "examples/demo_shop/systems": ("demo_connectors", "demo_shop"),
    "macros": (),
    "macros/intermediate": ("mistakes",),
    "macros/connectors": ("connector_klaviyo", "connector_shopify"),
    "macros/cross_database": ("components", "reading_csv"),
    "macros/materializations": ("components", "materializations"),
    "macros/published": ("history", "published_history", "suppressions"),
    "macros/replayed": ("replay",),
    "macros/raw": ("mistakes", "raw_damage", "raw_schema"),
    "models": (),
    "models/connectors": ("demo_connectors",),
    "models/connectors/klaviyo": ("connector_klaviyo",),
    "models/connectors/ga4": ("connector_ga4",),
    "models/connectors/rudderstack": ("connector_segment",),
    "models/connectors/segment": ("connector_segment",),
    "models/connectors/shopify": ("connector_shopify",),
    "models/connectors/shopify_csv": ("connector_shopify_csv",),
    "models/connectors/tracking": ("connector_segment",),
    "models/connectors/woocommerce": ("connector_woocommerce",),
    "models/intermediate": ("plans",),
    "models/intermediate/email": ("plans", "scanners"),
    "models/intermediate/identity": ("identity_suggestions", "plans"),
    "models/intermediate/likeness": ("identity_suggestions", "plans"),
    "models/membership": ("history",),
    "models/metrics": ("metrics",),
    "models/predictions": ("customer_predictions", "plans"),
    "models/predictions/affinities": ("affinities", "plans"),
    "models/predictions/clusters": ("clusters", "plans"),
    "models/segments": ("segment_needs",),
    "models/staging": ("raw_files",),
    "models/staging/replayed": ("replay",),
    "models/staging/syncs": ("sync_records",),
    "orchestration": ("alerts", "dagster", "dagster_syncs"),
    "orchestration/syncs": ("recipes", "syncs"),
    "seeds": ("seeds", "segment_needs"),
    "seeds/demo_shop": ("demo_shop",),
    "segmentry": ("commands",),
    "segmentry/activation": (
        "activation",
        "file_export",
        "holdouts",
        "killed_syncs",
        "priorities",
        "sync_histories",
        "sync_records",
        "sync_secrets",
        "syncs",
        "webhook_platform",
    ),
    "segmentry/activation/platforms": ("customerio", "klaviyo", "mailchimp", "sendgrid"),
    "segmentry/build": ("mistakes", "no_data", "profile"),
    "segmentry/checks": ("checks",),
    "segmentry/pages": ("contracts", "segment_definitions", "site"),
    "segmentry/diff": ("diff",),
    "segmentry/erasure": ("erasure",),
    "segmentry/identity": ("identity_suggestions",),
    "segmentry/predictions": ("clusters", "customer_predictions", "predictions", "recommendations"),
    "segmentry/experiments": ("experiment_statistics", "experiments"),
    "segmentry/explain": ("explain",),
    "segmentry/project": ("segment_definitions",),
    "segmentry/publish": ("bi", "publish"),
    "segmentry/replay": ("replay",),
    "segmentry/report": ("report", "report_in_browser"),
    "segmentry/setup": ("setup",),
    "segmentry/reading": (
        "mapping",
        "raw_damage",
        "raw_files",
        "raw_schema",
        "reading_csv",
        "reading_json",
    ),
    "segmentry/records": ("publish", "damaged_published", "suppressions"),
    "segmentry/simulators": ("activation",),
    "segmentry/settings": ("memory", "mistakes", "privacy"),
    "segmentry/settings/project.py": ("install",),
    "segmentry/terminal.py": ("commands", "syncs"),
    "segmentry/webhook.py": ("alerts",),
    "segmentry/what_if": ("what_if",),
    "tests/generic": (),
    "tests/singular": (),
    "tests/python/changed.py": ("changed",),
    "tests/python/nasty_shops": ("nasty_shops",),
    "tests/python/reference": ("reference",),
}
# Whole builds and servers.
ONLY_IN_MAKE_TEST = {
    "agreement",
    "dagster_runs",
    "dagster_server",
    "house",
    "kept_events",
    "mutations",
    "publish_crashes",
    "raw_contract",
    "segment_catalog",
}


def git(*arguments: str) -> list[str]:
    """Return the lines that a git command prints; none when it fails."""
    command = ["git", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.splitlines()


def changed_files() -> set[str]:
    """Return the files that differ from where the branch left main, uncommitted ones included."""
    base = git("merge-base", "HEAD", "origin/main") or git("merge-base", "HEAD", "main") or ["HEAD"]
    differing = git("diff", "--name-only", base[0])
    return {*differing, *git("ls-files", "--others", "--exclude-standard")}


def room_of(file: str) -> str | None:
    """Return the smallest room that a file is in."""
    places = [file, *(str(folder) for folder in Path(file).parents)]
    return next((place for place in places if place in ROOMS), None)


def files_with_tests() -> list[Path]:
    """Return all files of tests."""
    return sorted((ROOT / TESTS).glob("test_*.py"))


def touched_tests(changed: Iterable[str]) -> list[str]:
    """Return the test files of the rooms that were touched, and those that a change is made in.

    Args:
        changed: the changed files.
    """
    found = {f"test_{name}" for file in changed for name in ROOMS.get(room_of(file) or "", ())}
    for file in map(Path, changed):
        if file.parent == Path(TESTS):
            imports = rf"from tests\.python(\.{file.stem} import| import .*\b{file.stem}\b)"
            found |= {
                test.stem
                for test in files_with_tests()
                if test.name == file.name or re.search(imports, test.read_text())
            }
    found -= {f"test_{name}" for name in ONLY_IN_MAKE_TEST}
    return sorted(f"{TESTS}/{name}.py" for name in found)


def changed_models(manifest: Manifest, changed: set[str]) -> list[str]:
    """Return the models of which the SQL, a macro or the file of a unit test has changed.

    Args:
        manifest: the project.
        changed: the changed files.
    """
    macros: set[str] = set()
    while more := {
        key
        for key, macro in manifest.macros.items()
        if key not in macros
        and (macro.original_file_path in changed or macros & set(macro.depends_on.macros))
    }:
        macros |= more
    tested = {
        test.model for test in manifest.unit_tests.values() if test.original_file_path in changed
    }
    return sorted(
        node.name
        for node in manifest.nodes.values()
        if isinstance(node, ModelNode)
        and (
            node.original_file_path in changed
            or node.name in tested
            or macros & set(node.depends_on.macros)
        )
    )


def dbt_environment(name: str) -> dict[str, str]:
    """Return the environment of a dbt command on the demo shop, with a folder of its own."""
    folder = ROOT / "target" / name
    folder.mkdir(parents=True, exist_ok=True)
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("SEGMENTRY_")},
        "SEGMENTRY_ENV_FILE": "",
        "SEGMENTRY_WAREHOUSE": str(folder / "segmentry.duckdb"),
        "DBT_TARGET_PATH": str(folder),
        "DBT_LOG_LEVEL_FILE": "none",
    }


def unit_tests(changed: set[str]) -> list[str]:
    """Return the dbt command that asks the unit tests of changed models and of what hangs on them.

    Tables are built empty; those that have not changed stand in the warehouse of `make test`, or
    are built with them.

    Args:
        changed: the changed files.
    """
    os.environ.update(environment := dbt_environment("checked"))
    manifest = dbtRunner().invoke(["--quiet", "parse"]).result
    if not isinstance(manifest, Manifest):
        sys.exit(1)
    models = [f"{name}+" for name in changed_models(manifest, changed)]
    if not models:
        return []
    warehouse = Path(environment["SEGMENTRY_WAREHOUSE"])
    if TESTED.exists():
        shutil.copyfile(TESTED, warehouse)
    else:
        models = [f"+{name}" for name in models]
    command = ["dbt", "--quiet", "build", "--empty", "--exclude-resource-type=test"]
    return [*command, "--select", *models]


def run(command: Sequence[str], environment: dict[str, str]) -> bool:
    """Run a command, show what it printed once it has ended, and return whether it succeeded."""
    started_at = monotonic()
    result = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = monotonic() - started_at
    print(f"{' '.join(command)}\n{result.stdout}{seconds:.0f} s", flush=True)
    return result.returncode == 0


def main() -> int:
    """Ask everything, two commands side by side, the longest first."""
    environment = dict(os.environ)
    changed = {file for file in changed_files() if (ROOT / file).exists()}
    sql = sorted(f for f in changed if f.startswith(("models/", "tests/")) and f.endswith(".sql"))
    tests = touched_tests(changed)
    commands = [
        (["pytest", *tests] if tests else [], environment),
        (unit_tests(changed), dbt_environment("checked")),
        (["sqlfluff", "lint", *sql] if sql else [], dbt_environment("linted")),
        (["mypy"], environment),
        (["ruff", "check", "."], environment),
        (["ruff", "format", "--check", "."], environment),
    ]
    with ThreadPoolExecutor(2) as side_by_side:
        answers = [side_by_side.submit(run, *command) for command in commands if command[0]]
    return int(not all(answer.result() for answer in answers))


if __name__ == "__main__":
    sys.exit(main())
