"""DuckDB holds no more memory than a shop needs, or than it was given."""

from pathlib import Path

import duckdb
import pytest

from segmentry.errors import RecordsError, SettingsError
from segmentry.records.build import open_build
from segmentry.settings.dbt_plugin import Plugin
from segmentry.settings.memory import ENOUGH, MEMORY_LIMIT, limit_memory, memory_limit
from tests.python.warehouse import ROOT


def limited(environment: dict[str, str], before: str | None = None) -> float:
    """Return the bytes of a connection, which may have had a limit before."""
    with duckdb.connect() as connection:
        if before:
            connection.execute(f"set memory_limit = '{before}'")
        limit_memory(connection, environment)
        return memory_limit(connection)


@pytest.mark.parametrize(
    ("given", "before", "expected"),
    [
        ("", "7GiB", ENOUGH),
        ("", "100TB", ENOUGH),
        ("", "6GiB", ENOUGH),
        ("", "3GiB", 3 * 1024**3),
        ("", "100KiB", 100 * 1024),
        ("12GiB", "3GiB", 12 * 1024**3),
        ("2GiB", "16GiB", 2 * 1024**3),
        ("500MiB", None, 500 * 1024**2),
    ],
)
def test_the_limit_is_what_was_given_or_the_smaller(
    given: str, before: str | None, expected: int
) -> None:
    assert limited({MEMORY_LIMIT: given}, before) == expected
    if not given:
        assert limited({}, before) == expected


@pytest.mark.parametrize("given", ["much", "12", "50%", "GB", "12 apples"])
def test_what_is_no_size_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=f"^{MEMORY_LIMIT} is {given}, which is no size"):
        limited({MEMORY_LIMIT: given})


def test_builds_and_publishing_are_limited(
    whole_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MEMORY_LIMIT, "1GiB")
    with open_build(whole_build) as build:
        assert memory_limit(build) == 1024**3
    with duckdb.connect() as connection:
        Plugin("settings", {}).configure_connection(connection)
        assert memory_limit(connection) == 1024**3
    monkeypatch.setenv(MEMORY_LIMIT, "much")
    with pytest.raises(RecordsError, match="no size such as 12GB"), open_build(whole_build):
        pass


def test_dbt_reads_one_profile_wherever_it_is_called() -> None:
    # dbt looks in the folder where it is called, Dagster in profiles/.
    assert (ROOT / "profiles.yml").read_bytes() == (ROOT / "profiles/profiles.yml").read_bytes()
