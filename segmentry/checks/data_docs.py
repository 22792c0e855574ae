"""The page that shows what a validation found: one file, without a call to any other."""

from pathlib import Path

from segmentry.checks.results import Validation
from segmentry.pages.rendering import page_template

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
    # Tables where something failed come first.
    ordered = sorted(
        validation.by_table.items(), key=lambda item: all(result.success for result in item[1])
    )
    return page_template(TEMPLATE).render(validation=validation, tables=ordered)
