"""What a published version says of itself: its `manifest.json`."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a version holds and where it came from; no personal datum.

    Attributes:
        build_id: the id of the version; ids sort by time.
        as_of: the instant that everything was computed for.
        as_of_date: the last day that the version knows of, in the shop's time zone.
        invocation_id: dbt's id of the build.
        published_at: when it was published.
        based_on: the version that its history continues; None for the first.
        replaced: the version that was current before it; None for the first.
        row_counts: rows by table, of both databases.
        files: bytes by file, all of the version but this one; older versions have none.
        segment_sizes: customers by segment, every segment of the catalog.
        validation: what was checked and found, as `Validation.to_dict` gives it.
        fingerprints: by which definition each segment was computed.
        accepted: what was let through: segments whose swing was meant, names of other checks.
        settings: the shop's time zone, currency and country, by var; older versions have none.
        erased_at: when somebody was taken out of its files, in ISO 8601; its other numbers, and
            what was validated, are as they were published.
    """

    build_id: str
    as_of: datetime
    as_of_date: date
    invocation_id: str
    published_at: datetime
    based_on: str | None
    replaced: str | None
    row_counts: dict[str, int]
    segment_sizes: dict[str, int]
    validation: dict[str, Any]
    fingerprints: dict[str, str]
    accepted: list[str]
    settings: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    erased_at: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write the manifest as JSON, dates and times in ISO 8601."""
        content = asdict(self) | {
            "as_of": self.as_of.isoformat(),
            "as_of_date": self.as_of_date.isoformat(),
            "published_at": self.published_at.isoformat(),
        }
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest.

        Raises:
            OSError: when there is none.
            ValueError, KeyError, TypeError: when it is no manifest.
        """
        content = json.loads(path.read_text(encoding="utf-8"))
        for name, kind in (("build_id", str), ("row_counts", dict), ("validation", dict)):
            if not isinstance(content[name], kind):
                raise TypeError(f"{name} is no {kind.__name__}")
        # Older versions did not name what they replaced, which mostly is what they stand on.
        content.setdefault("replaced", content["based_on"])
        return cls(
            **content
            | {
                "as_of": datetime.fromisoformat(content["as_of"]),
                "as_of_date": date.fromisoformat(content["as_of_date"]),
                "published_at": datetime.fromisoformat(content["published_at"]),
            }
        )
