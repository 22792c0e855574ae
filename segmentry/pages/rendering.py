"""The templates of the pages that the project writes about itself."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).with_name("templates")


def page_template(page: str) -> Template:
    """Return the template of a page, by the page's name.

    Its filter `cell` brings a text into the cell of a Markdown table, `code` shows what stands in
    backticks as code in HTML, and `number` writes a value that was measured for people.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    environment.filters["code"] = code
    environment.filters["number"] = number
    return environment.get_template(page)


def cell(text: object) -> str:
    """Return a text as a cell of a Markdown table holds it."""
    return " ".join(str(text).split()).replace("|", "\\|")


def code(text: str) -> Markup:
    """Return a text as HTML, what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def number(value: int | float | str) -> str:
    """Return a measured value for people; one that is no number stays as it is."""
    return value if isinstance(value, str) else f"{value:,g}" if abs(value) < 1 else f"{value:,}"
