"""What a shop's settings become in `.env`: names and paths, never a secret."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from segmentry.settings.environment import DEFAULT_ENV_FILE

SETTING = re.compile(r"^\s*(?:export\s+)?([A-Z0-9_]+)\s*=")


def with_settings(text: str, settings: Mapping[str, str], without: Collection[str] = ()) -> str:
    """Return the text of an env file with some settings: those that it has are replaced in place.

    Args:
        text: the file as it is; empty for none.
        settings: values by name.
        without: the names of settings that are taken out.
    """
    lines: list[str] = []
    left = dict(settings)
    for line in text.splitlines():
        found = SETTING.match(line)
        if found and found[1] in without:
            continue
        if found and found[1] in left:
            line = f"{found[1]}={_quoted(left.pop(found[1]))}"
        lines.append(line)
    lines += [f"{name}={_quoted(value)}" for name, value in left.items()]
    return "\n".join(lines) + "\n" if lines else ""


def write_settings(
    project: Path, settings: Mapping[str, str], without: Collection[str] = ()
) -> Path:
    """Write settings into a project's `.env`, whole or not at all; return where it is.

    Args:
        project: the root of the project.
        settings: values by name.
        without: the names of settings that are taken out.
    """
    path = project / DEFAULT_ENV_FILE
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(with_settings(before, settings, without), encoding="utf-8")
    draft.replace(path)
    return path


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:,@%+~-]*", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
