"""What a shell completes: names that are read from the disk in a moment, and never an error."""

from collections.abc import Callable, Iterable

from segmentry.records.folders import VERSIONS
from segmentry.settings.shop import ROOT, Settings


def completed(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return a completion of names.

    Args:
        names: finds them, in the order in which they are shown; where it fails there are none.
    """

    def complete(incomplete: str) -> list[str]:
        try:
            return [name for name in names() if name.startswith(incomplete)]
        except Exception:
            # Whoever presses Tab does not ask what is wrong; the command says it.
            return []

    return complete


def _build_ids() -> Iterable[str]:
    folder = Settings.from_environment().published / VERSIONS
    ids = (path.name for path in folder.iterdir() if path.is_dir())
    return sorted((name for name in ids if not name.startswith(".")), reverse=True)


def _segments() -> Iterable[str]:
    paths = (ROOT / "models" / "segments").glob("*/segment_*.sql")
    return sorted(path.stem.removeprefix("segment_") for path in paths)


# The versions that are kept, the latest first.
build_ids = completed(_build_ids)
# The segments of the project.
segments = completed(_segments)
