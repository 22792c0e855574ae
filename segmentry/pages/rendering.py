"""The templates of the pages that the project writes about itself."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

TEMPLATES = Path(__file__).with_name("templates")
# What Markdown or HTML would read as its own.
SIGNS = str.maketrans({"<": "&lt;", "|": "&#124;", "*": "&#42;", "[": "&#91;"})


def page_template(page: str) -> Template:
    """Return the template of a page, by the page's name.

    Its filters `prose` and `as_code` bring texts and values into Markdown, also into the cells of
    its tables, and `number` writes a value that was measured for people.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = prose
    environment.filters["as_code"] = as_code
    environment.filters["number"] = number
    return environment.get_template(page)


def prose(text: object) -> str:
    """Return a text in one line of Markdown, in which what stands in backticks is code."""
    parts = re.split(r"(`[^`]+`)", " ".join(str(text).split()))
    return "".join(part if part.startswith("`") else part.translate(SIGNS) for part in parts)


def as_code(value: object) -> str:
    """Return a value as code in one line of Markdown, whatever it holds; nothing for nothing."""
    text = " ".join(str(value).split())
    marks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{marks} {text} {marks}" if text else ""


def number(value: int | float | str) -> str:
    """Return a measured value for people; one that is no number stays as it is."""
    return value if isinstance(value, str) else f"{value:,g}" if abs(value) < 1 else f"{value:,}"
