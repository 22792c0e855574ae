"""What assets say to whoever is on call: what to do when they fail, in the runbook's own words."""

import re
from functools import cache

from dagster import MetadataValue
from dagster._core.definitions.metadata.metadata_value import MarkdownMetadataValue

from segmentry.settings.shop import ROOT

RUNBOOK = "orchestration/RUNBOOK.md"
NOT_BUILT, NOT_PUBLISHED = "A day was not built", "A day was not published"

# What is most often the matter where a model or a test of a layer failed.
ADVICE = {
    "seeds": "Somebody changed this table by hand: take the change back, or correct its row.",
    "staging": "Most often an export changed: `rejected_rows` and `raw_row_counts` in the "
    "warehouse say which rows could not be used and why.",
    "segments": "Its rule or a threshold met data that it was not made for: "
    "`segmentry explain <customer id>` shows the facts and the reasons of one customer.",
    "predictions": "`predictions: false` in `dbt_project.yml` leaves forecasts out until then.",
    "published": "It is read from the current version: `segmentry versions` says which are whole.",
    "syncs": "It is read from what syncs have left: `segmentry status <sync>` shows their runs.",
}
BUILT = ("intermediate", "facts", "marts", "membership", "metrics", "activation")
COMPUTED = "Tables that must agree do not: the failed check says by how much, and in which rows."
DELIVERED = "Look at what was delivered: the run names the file, table or column that is wrong."


def when_it_fails(layer: str) -> str:
    """Return what to do when an asset of a layer fails, in Markdown."""
    # All else that Dagster knows of is a table of some system.
    advice = ADVICE.get(layer, COMPUTED if layer in BUILT else DELIVERED)
    return f"**When it fails:** {advice} {see(NOT_BUILT)}"


def see(section: str) -> str:
    """Return where more is said, in Markdown."""
    return f"More under *{section}* in `{RUNBOOK}`, which stands below as *runbook*."


@cache
def section(*titles: str) -> MarkdownMetadataValue:
    """Return sections of the runbook, to be shown beside an asset.

    Raises:
        KeyError: when the runbook has no section that is called so.
    """
    text = (ROOT / RUNBOOK).read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)*)", text, re.MULTILINE))
    return MetadataValue.md("\n\n".join(f"## {t}\n{sections[t].rstrip()}" for t in titles))
