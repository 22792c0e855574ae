"""The Markdown files of the project as pages of its site, with the files that they link to.

Links stay as git hosts follow them: what a page links to lies at the same place in the site, a file
of code as a page that shows it, a folder as its README or as the list of its files.
"""

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound

# Folders without pages: what commands write and install, parts of pages, the dashboard's own.
WITHOUT_PAGES = {
    "dist", "logs", "node_modules", "published", "seeds", "src", "state", "target", "templates",
    "warehouse",
}  # fmt: skip
# Text that is a picture.
PICTURES = {".svg"}
SQL = "sql+jinja"
# A block of code, in which nothing is a link; or where a link within the project leads.
FENCE_OR_TARGET = re.compile(
    r"(?P<fence>^(?P<indent> *)(?P<marks>```+)(?P<language>.*?)\n(?P<code>.*?)^ *(?P=marks) *$)"
    r"|(?<=\]\()(?P<target>[^()\s#?:]+)(?=[)#?])",
    re.MULTILINE | re.DOTALL,
)


def repository_pages(project: Path) -> dict[str, str]:
    """Return the Markdown files of a project, by their path from its root.

    Files whose names begin with `_` are blocks of dbt's descriptions, and no pages.
    """
    found = {}
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(
            name for name in folders if name[0] not in "._" and name not in WITHOUT_PAGES
        )
        for name in files:
            if name.endswith(".md") and not name.startswith("_"):
                path = Path(folder, name)
                found[path.relative_to(project).as_posix()] = path.read_text(encoding="utf-8")
    return found


def write_pages(pages: Mapping[str, str], project: Path, folder: Path) -> None:
    """Write pages into a folder, with everything in the project that they link to.

    Args:
        pages: the pages as Markdown, by their path from the project's root.
        project: the root of the project.
        folder: where they go.
    """
    waiting, known = list(pages), dict(pages)

    def follow(page: str, link: re.Match[str]) -> str:
        """Return a link of a page as it stands on the site; remember the page that it wants."""
        if link["fence"]:
            return shown_diagram(link) if link["language"].strip() == "mermaid" else link[0]
        path = os.path.normpath(PurePosixPath(page).parent / link["target"])
        source = project / path
        if path in known or path.startswith("..") or not source.exists():
            return link[0]
        if source.is_file() and not is_text(source):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / path)
            return link[0]
        if source.is_dir() and f"{path}/README.md" in known:
            name = f"{path}/README.md"
        elif source.is_dir():
            name = f"{path}/index.md"
            known.setdefault(name, listing(path, sorted(source.iterdir())))
        else:
            # Files whose names begin with a dot are no part of a site.
            name = str(PurePosixPath(path).with_name(f"{source.name.lstrip('.')}.md"))
            known.setdefault(name, shown_file(path, source))
        if name not in pages:
            waiting.append(name)
        return PurePosixPath(os.path.relpath(name, PurePosixPath(page).parent)).as_posix()

    written = set()
    while waiting:
        page = waiting.pop()
        if page not in written:
            written.add(page)
            text = FENCE_OR_TARGET.sub(partial(follow, page), known[page])
            (folder / page).parent.mkdir(parents=True, exist_ok=True)
            (folder / page).write_text(text, encoding="utf-8")


def shown_diagram(fence: re.Match[str]) -> str:
    """Return a diagram as its text, folded: what draws it is megabytes from elsewhere."""
    lines = [fence["marks"] + "text", *fence["code"].splitlines(), fence["marks"]]
    return "\n".join(['??? abstract "Diagram, as text"', "", *(f"    {line}" for line in lines)])


def is_text(source: Path) -> bool:
    """Tell whether a file is shown as text."""
    try:
        source.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return source.suffix not in PICTURES


def shown_file(path: str, source: Path) -> str:
    """Return a page that shows a file."""
    text = source.read_text(encoding="utf-8")
    marks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"# `{path}`\n\n{marks}{language_of(source)}\n{text.rstrip()}\n{marks}\n"


def language_of(source: Path) -> str:
    """Return what the highlighter calls the language of a file."""
    if source.suffix == ".sql":
        return SQL
    try:
        return str(get_lexer_for_filename(source.name).aliases[0])
    except ClassNotFound:
        return "text"


def listing(path: str, entries: Iterable[Path]) -> str:
    """Return a page that lists the files of a folder, as links."""
    files = [f"- [{entry.name}]({entry.name})" for entry in entries if entry.is_file()]
    return "\n".join([f"# `{path}`", "", *files, ""])
