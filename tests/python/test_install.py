"""The command works on the project that it is called in, installed or not."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from segmentry.errors import SettingsError
from segmentry.settings.project import check_project, is_project, project_folder
from tests.python.activation_shop import ActivationShop, people
from tests.python.projects import copy_project
from tests.python.test_mistakes import assert_documented
from tests.python.warehouse import ROOT

NAMED = "SEGMENTRY_PROJECT_DIR"
PACKAGED = ("segmentry", "orchestration", "pyproject.toml", "README.md", "LICENSE")


def project(folder: Path, text: str = "name: segmentry\nversion: 1.0\n") -> Path:
    """Write a project, or another's, into a folder."""
    folder.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: segmentry\n", True),
        ("# A project.\nname: 'segmentry'  # ours\n", True),
        ('version: 2\nname: "segmentry"\n', True),
        ("name: segmentry_of_others\n", False),
        ("name: 'segmentry\"\n", False),
        ("models:\n  name: segmentry\n", False),
        ("", False),
    ],
)
def test_a_project_is_known_by_its_name(tmp_path: Path, text: str, expected: bool) -> None:
    assert is_project(project(tmp_path / "project", text)) == expected


def test_a_file_that_is_no_text_is_no_project(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    (folder / "dbt_project.yml").write_bytes(b"name: segmentry\n\xff")
    assert not is_project(folder)
    assert not is_project(tmp_path / "nowhere")


def test_the_nearest_project_above_is_meant(tmp_path: Path) -> None:
    outer = project(tmp_path / "outer")
    inner = project(outer / "shops" / "inner")
    other = project(inner / "other", "name: another\n")
    tree = project(tmp_path / "tree")
    for working, expected in (
        (outer, outer),
        (outer / "shops", outer),
        (other / "models", inner),
        (tmp_path, tree),
    ):
        assert project_folder(working, {}, tree) == expected


def test_the_environment_names_another(tmp_path: Path) -> None:
    outer, named = project(tmp_path / "outer"), project(tmp_path / "named")
    tree = tmp_path / "no_tree"
    assert project_folder(outer, {NAMED: str(named)}, tree) == named
    assert project_folder(outer, {NAMED: "../named"}, tree).resolve() == named
    assert project_folder(outer, {NAMED: ""}, tree) == outer
    # One that is none is told, and no other taken for it.
    wrong = project_folder(outer, {NAMED: str(tmp_path)}, tree)
    with pytest.raises(SettingsError, match=f"{NAMED} names {tmp_path}"):
        check_project(wrong, {NAMED: str(tmp_path)})


def test_where_there_is_none_it_is_told_what_to_do(tmp_path: Path) -> None:
    folder = project_folder(tmp_path, {}, tmp_path / "no_tree")
    assert folder == tmp_path
    with pytest.raises(SettingsError, match=NAMED) as told:
        check_project(folder, {})
    assert_documented(str(told.value), tmp_path)
    check_project(ROOT, {})


def test_a_copy_of_the_project_is_worked_on_from_below_it(tmp_path: Path) -> None:
    copied = project(tmp_path / "copied")
    (copied / "below").mkdir()
    code = "from segmentry.settings.shop import ROOT, Settings; print(ROOT)"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copied / "below",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == str(copied)


@pytest.mark.prove
def test_the_installed_command_works_in_any_project_and_says_where_there_is_none(
    tmp_path: Path,
) -> None:
    """A wheel of the package, in an environment of its own beside the packages that it needs."""
    source, wheels, environment = (tmp_path / name for name in ("source", "wheels", "environment"))
    source.mkdir()
    for name in PACKAGED:
        path = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", "dagster_home")
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=ignored)
        else:
            shutil.copy(path, source / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(source)], check=True
    )
    (wheel,) = wheels.iterdir()
    needed = {
        str(path.relative_to(ROOT))
        for folder in ("segmentry/pages/templates", "segmentry/simulators/contracts")
        for path in (ROOT / folder).iterdir()
    } | {str(path.relative_to(ROOT)) for path in (ROOT / "segmentry").rglob("*.py")}
    assert needed <= set(zipfile.ZipFile(wheel).namelist())

    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    # What it needs is in the environment of the tests, which need not be the machine's Python.
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (site / "needed.pth").write_text("\n".join(ours) + "\n")
    command = environment / "bin" / "segmentry"
    subprocess.run(
        [str(environment / "bin" / "python"), *pip[1:], "install", "--no-deps", str(wheel)],
        check=True,
    )

    def run(*arguments: str, folder: Path, **settings: str) -> tuple[int, str, str]:
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        result = subprocess.run(
            [str(command), *arguments],
            cwd=folder,
            env=clean | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout, result.stderr

    copied = copy_project(tmp_path / "project")
    build_id = ActivationShop(copied).publish(people(3))
    code, out, _ = run("versions", folder=copied / "models")
    assert (code, build_id in out) == (0, True)
    code, out, _ = run("versions", folder=tmp_path, **{NAMED: str(copied)})
    assert (code, build_id in out) == (0, True)
    code, out, _ = run("versions", folder=tmp_path, **{NAMED: copied.name})
    assert (code, build_id in out) == (0, True)
    code, out, _ = run("--help", folder=tmp_path)
    assert code == 0 and "explain" in out
    code, out, error = run("versions", folder=tmp_path)
    assert (code, out) == (1, "")
    assert "There is no project of Segmentry in" in error and "Traceback" not in error
