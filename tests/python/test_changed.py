"""`make check` knows every room and every test, and finds what a change touches."""

from pathlib import Path

import pytest

from tests.python.changed import (
    ONLY_IN_MAKE_TEST,
    ROOMS,
    files_with_tests,
    git,
    room_of,
    touched_tests,
)
from tests.python.warehouse import ROOT

WITH_ROOMS = ("examples/", "macros/", "models/", "orchestration/", "seeds/", "segmentry/", "tests/")


def test_every_test_is_of_a_room_or_only_in_make_test() -> None:
    named = {name for names in ROOMS.values() for name in names}
    assert not named & ONLY_IN_MAKE_TEST
    assert {f"test_{name}" for name in named | ONLY_IN_MAKE_TEST} == {
        file.stem for file in files_with_tests()
    }


def test_every_room_is_there_and_everything_is_in_one() -> None:
    assert [room for room in ROOMS if not (ROOT / room).exists()] == []
    files = [file for file in git("ls-files", *WITH_ROOMS) if (ROOT / file).exists()]
    assert files
    alone = [file for file in files if room_of(file) is None]
    assert [file for file in alone if Path(file).parent != Path("tests/python")] == []


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("segmentry/records/versions.py", ["damaged_published", "publish", "suppressions"]),
        ("tests/python/test_alerts.py", ["alerts"]),
        ("tests/python/test_mutations.py", []),
        (
            "tests/python/published.py",
            [
                *("bi", "commands", "contracts", "damaged_published", "dashboard", "diff"),
                *(
                    "erasure",
                    "explain",
                    "profile",
                    "publish",
                    "published_history",
                    "recipes",
                    "report",
                ),
                "report_in_browser",
            ],
        ),
        ("README.md", []),
    ],
)
def test_a_change_touches_the_tests_of_its_room(changed: str, tests: list[str]) -> None:
    found = touched_tests({changed})
    assert found == [f"tests/python/test_{name}.py" for name in tests]
