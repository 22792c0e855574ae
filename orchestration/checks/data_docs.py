"""The page that shows what a validation found: one file, without a call to any other."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from orchestration.checks.results import CheckResult, Validation
from orchestration.settings import ROOT

TEMPLATES = ROOT / "orchestration" / "templates"
TEMPLATE = "validation.html"
PAGE = "index.html"


def write_data_docs(validation: Validation, folder: Path) -> Path:
    """Write the page and return where it is.

    Args:
        validation: what was found.
        folder: where the page is put; it is made when missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE
    page.write_text(render_data_docs(validation), encoding="utf-8")
    return page


def render_data_docs(validation: Validation) -> str:
    """Return the page as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = number
    tables: dict[str, list[CheckResult]] = {}
    for result in validation.results:
        tables.setdefault(result.table, []).append(result)
    # Tables where something failed come first.
    ordered = sorted(tables.items(), key=lambda item: all(result.success for result in item[1]))
    return environment.get_template(TEMPLATE).render(validation=validation, tables=ordered)


def number(value: int | float | str) -> str:
    """Return an observed value for people."""
    return value if isinstance(value, str) else f"{value:,g}" if abs(value) < 1 else f"{value:,}"
