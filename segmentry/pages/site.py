"""The documentation of the project as a site that is read from a disk, without a server.

Its pages are the Markdown files of the repository, with what the project says of its segments,
tables and models; Zensical makes HTML of them, and an index to search them by.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from segmentry.errors import PagesError
from segmentry.pages import contracts, dbt_docs, segment_definitions
from segmentry.pages.rendering import TEMPLATES, page_template
from segmentry.pages.repository import repository_pages, write_pages
from segmentry.settings.shop import Settings

START = "README.md"
# What Zensical says when all links lead somewhere.
SOUND = "No issues found"
REPORT = "current/report/index.html"
# Which pages of the repository stand under which heading: the first that fits, in this order.
HEADINGS = {
    "Connect": ("models/connectors/*", "examples/*"),
    "Publish": ("segmentry/*",),
    "Send": ("orchestration/syncs/*",),
    "Run": ("TROUBLESHOOTING.md", "orchestration/*", "benchmarks/*"),
    "Project": ("*",),
}
# A heading and the pages under it, which may be headings themselves.
Heading = tuple[str, list["str | Heading"]]


def build_site(
    project: Path, target: Path, settings: Settings, variables: Mapping[str, Any]
) -> Path:
    """Write the site and return its start page.

    Without a build it has no sizes of segments, no examples of values, and no pages of models.

    Args:
        project: the root of the dbt project.
        target: the folder that dbt and the site are written to.
        settings: where the last build and the published versions are.
        variables: dbt vars that are given on the command line of builds.

    Raises:
        DbtError: when dbt can't read the project.
        PagesError: when a page can't be made, or a link leads nowhere.
        SettingsError: when the warehouse can't be read.
    """
    if not find_spec("zensical"):
        raise PagesError(
            "What makes the site is not installed: python -m pip install 'segmentry[docs]', or in "
            "the folder of the project python -m pip install '.[docs]'."
        )
    has_build = settings.warehouse.exists()
    manifest = dbt_docs.read_manifest(project, target, variables, settings.warehouse)
    definitions = segment_definitions.read_definitions(
        project, manifest, variables, settings.warehouse
    )
    tables = contracts.read_contracts(manifest, settings.warehouse)

    work = target / "site_work"
    shutil.rmtree(work, ignore_errors=True)
    pages = work / "pages"
    pages.mkdir(parents=True)
    of_repository = repository_pages(project)
    generated = contracts.table_pages(tables) | segment_definitions.segment_pages(
        definitions, has_lineage=has_build, report=report_link(project, target, settings.published)
    )
    if has_build:
        generated[dbt_docs.INDEX] = dbt_docs.model_page(manifest)
        dbt_docs.write_dbt_docs(target, manifest, pages)
        dbt_docs.write_lineage(target, pages)
    write_pages(of_repository | generated, project, pages)
    for asset in ("iframe-worker.js", "site.css"):
        shutil.copyfile(TEMPLATES / asset, pages / asset)
    headings: list[Heading] = [
        ("Segments", segment_headings(definitions)),
        ("Tables", [page for page in generated if page.startswith("tables/")]),
        *((("Models", [dbt_docs.INDEX]),) if has_build else ()),
        *repository_headings(of_repository),
    ]
    (work / "zensical.toml").write_text(
        page_template("zensical.toml").render(headings=headings), encoding="utf-8"
    )
    make_html(work / "zensical.toml")
    site = target / "site"
    shutil.rmtree(site, ignore_errors=True)
    (work / "site").rename(site)
    return site / "index.html"


def make_html(configuration: Path) -> None:
    """Let Zensical make HTML of the pages beside its configuration.

    Raises:
        PagesError: when it can't, or a link leads nowhere.
    """
    result = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--config-file", str(configuration)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr).strip()
    if result.returncode != 0 or SOUND not in said:
        raise PagesError(f"The site can't be made:\n{said}")


def report_link(project: Path, target: Path, published: Path) -> str:
    """Return where the segment report is, from a page of a segment; empty where there is none.

    A report outside of the project has no link: it would name the folders of this machine.
    """
    report = published / REPORT
    if not report.exists() or not report.is_relative_to(project):
        return ""
    return PurePosixPath(os.path.relpath(report, target / "site" / "segments")).as_posix()


def segment_headings(
    definitions: Iterable[segment_definitions.SegmentDefinition],
) -> list[str | Heading]:
    """Return the pages of segments under the headings of their families."""
    families: dict[str, list[str | Heading]] = {}
    for definition in definitions:
        pages = families.setdefault(definition.segment.family.capitalize(), [])
        pages.append(f"segments/{definition.segment.name}.md")
    return [segment_definitions.INDEX, *families.items()]


def repository_headings(pages: Iterable[str]) -> list[Heading]:
    """Return the pages of the repository under their headings, the start page left out."""
    headings: dict[str, list[str | Heading]] = {}
    left = sorted(set(pages) - {START}, key=readme_first)
    for heading, patterns in HEADINGS.items():
        for pattern in patterns:
            found = [page for page in left if fnmatch(page, pattern)]
            left = [page for page in left if page not in found]
            headings.setdefault(heading, []).extend(found)
    return [(heading, found) for heading, found in headings.items() if found]


def readme_first(page: str) -> tuple[str, bool, str]:
    """Return what pages are sorted by: folder by folder, its README before others."""
    path = PurePosixPath(page)
    return str(path.parent), path.name != "README.md", path.name
