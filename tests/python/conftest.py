"""How thorough a run of the tests is.

`SEGMENTRY_PROVE=1` in the environment asks for the long counts: 26 nasty shops instead of one,
and the tests that are marked `prove`, which the short run leaves out. `SEGMENTRY_WHOLE_BUILD` names
a warehouse of the demo shop that `dbt build` has just built; without it the tests build one.
"""

import fcntl
import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.python.compiled import CompiledProject, compile_project, read_compiled
from tests.python.warehouse import ROOT, run_dbt

PROVE = os.environ.get("SEGMENTRY_PROVE") == "1"
LEFT_OUT = "needs SEGMENTRY_PROVE=1"
WHOLE_BUILD = os.environ.get("SEGMENTRY_WHOLE_BUILD")

settings.register_profile("short", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=3000, deadline=None)
settings.load_profile("long" if PROVE else "short")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of the long tests."""
    config.addinivalue_line("markers", "prove: runs only with SEGMENTRY_PROVE=1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files of few tests, which are the long ones, before those of many.

    So both workers end on short tests. The tests marked `prove` are left out unless asked for.
    """
    counts = Counter(item.path for item in items)
    items.sort(key=lambda item: (counts[item.path], item.path))
    if PROVE:
        return
    for item in items:
        if "prove" in item.keywords:
            item.add_marker(pytest.mark.skip(reason=LEFT_OUT))


def skip_unless_proving() -> None:
    """Leave all tests out of the short run that ask for what is built now."""
    if not PROVE:
        pytest.skip(LEFT_OUT)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through all that was imported, again and again."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_machine() -> Iterator[None]:
    """Keep the raw folder, warehouse and salt of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("SEGMENTRY_") and name != "SEGMENTRY_PROVE":
                patch.delenv(name)
        # Nor that of the project's own `.env`.
        patch.setenv("SEGMENTRY_ENV_FILE", "")
        patch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
        yield


@pytest.fixture(scope="module", autouse=True)
def no_settings_for_the_next_module() -> Iterator[None]:
    """Refuse tests that leave settings in the environment, which those of others would read."""
    before = settings_of_the_environment()
    yield
    assert settings_of_the_environment() == before


def settings_of_the_environment() -> dict[str, str]:
    """Return the environment variables that the project or dbt reads."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("SEGMENTRY_", "DBT_", "DAGSTER_"))
    }


@pytest.fixture(scope="session")
def whole_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse of the demo shop, built and tested once for all workers; copy it."""
    if WHOLE_BUILD:
        return ROOT / WHOLE_BUILD
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    warehouse = shared / "whole_build" / "segmentry.duckdb"
    with (shared / "whole_build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not warehouse.exists():
            draft = shared / "whole_build_draft" / warehouse.name
            draft.parent.mkdir()
            run_dbt("build", "--exclude-resource-type=unit_test", raw_dir=None, warehouse=draft)
            draft.parent.rename(warehouse.parent)
    return warehouse


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """Return the project's models as dbt compiles them, compiled once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "compiled_project"
    with (shared / "compiled_project.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            compile_project(folder, "2026-06-30")
    return read_compiled(folder)
