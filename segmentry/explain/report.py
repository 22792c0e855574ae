"""What is known of a customer, for people: sections that fit into 80 columns."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from segmentry.explain.explanation import LATELY, Decision, Explanation
from segmentry.explain.source import Row

CAUSES = {
    "data": "the customer moved",
    "definition": "the definition changed",
    "identity": "ids became one person",
}
STATES = {
    "adding": "sent, not confirmed",
    "member": "in it",
    "removing": "removal sent, not confirmed",
    "stranger": "was there before us",
}


def print_explanation(told: Explanation, console: Console) -> None:
    """Print what is known of a customer.

    Args:
        told: what is known.
        console: where it is printed.
    """
    of = f"version {told.build_id}" if told.build_id else "the working build"
    console.print(Text(f"Customer {shown(told.customer_id)}", style="bold"))
    console.print(f"As {of} knows them, of {told.as_of_date}.", style="dim")
    if told.former_customer_id:
        line = f"{shown(told.former_customer_id)} is a former id of theirs: it became this one."
        console.print(Text(line, style="yellow"))
    _section(console, "Who it is", _who(told))
    _section(console, "May they be written to?", _decision(told.decision))
    _section(console, "Where syncs brought them", _syncs(told))
    _section(console, "What syncs did not do", _sync_rows(told.sync_rows))
    _section(console, "Experiments", _experiments(told.experiments))
    _section(console, f"Emails of the last {LATELY} days", _deliveries(told.deliveries))
    _section(console, f"Segments ({len(told.segments)})", _segments(told.segments))
    _section(console, f"Left in the last {LATELY} days", _left(told.left_segments))
    _section(console, "Facts", _facts(told.facts))
    _section(console, "Predictions", _predictions(told))
    _section(console, "Former ids", _merges(told.merges))
    for note in told.notes:
        console.print(Text(note, style="yellow"))


def shown(value: Any) -> str:
    """Return a value as people read it, on one line, with nothing that moves a cursor."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int():
            return f"{value:,}"
        case float() | Decimal():
            return f"{value:,.2f}"
        case _:
            text = " ".join(str(value).split())
            return "".join(letter if letter.isprintable() else "�" for letter in text)


def _section(console: Console, title: str, content: Table | None) -> None:
    """Print a section; none when nothing is known."""
    if content is not None and content.row_count:
        console.print()
        console.print(Text(title, style="bold cyan"))
        console.print(content)


def _table(*headings: str, rows: Iterable[Sequence[Any]]) -> Table:
    """Lay rows out; long texts take several lines, dates never do."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=any(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(value)) for value in row))
    return table


def _who(told: Explanation) -> Table:
    rows = []
    if told.contact:
        names = (told.contact.get("first_name"), told.contact.get("last_name"))
        rows = [
            ("name", " ".join(filter(None, names))),
            ("phone", told.contact.get("phone")),
            ("born", told.contact.get("birth_date")),
        ]
    by_type: dict[str, list[str]] = {}
    for row in told.identifiers:
        system = f" ({row['source_system']})" if row["source_system"] else ""
        kind = row["identifier_type"].replace("anonymous_id", "visitor")
        by_type.setdefault(kind, []).append(f"{row['identifier']}{system}")
    rows += [(kind, ", ".join(identifiers)) for kind, identifiers in by_type.items()]
    return _table("", "", rows=[row for row in rows if row[1]])


def _decision(decision: Decision) -> Table:
    yes = f"yes, to {decision.address}" if decision.address else "yes"
    rows: list[tuple[str, Any]] = [("by email", yes if decision.by_email else "no")]
    rows += [("", reason) for reason in decision.because]
    if decision.by_text_message is not None:
        rows.append(("by text message", decision.by_text_message))
    return _table("", "", rows=rows)


def _syncs(told: Explanation) -> Table:
    rows = [
        (
            f"{row['sync']} ({row['platform'] or 'no file any more'})",
            row["audience"],
            STATES.get(row["state"], row["state"]),
            row["changed_at"],
            ", ".join(row["because"]),
        )
        for row in told.syncs
    ]
    rows += [
        (row["platform"], "", f"does not write to them: {row['kind']}", row["first_seen_at"], "")
        for row in told.suppressions
    ]
    return _table("sync", "audience", "state", "since (UTC)", "because of", rows=rows)


def _sync_rows(rows: Sequence[Row]) -> Table:
    columns = ("started_at", "sync", "audience", "operation", "result", "reason")
    headings = ("run (UTC)", *columns[1:])
    return _table(*headings, rows=[[row[name] for name in columns] for row in rows])


def _experiments(rows: Sequence[Row]) -> Table:
    told = [
        (row["experiment"], str(row["arm"]).replace("_", " "), row.get("assigned_on"),
         row.get("segment"))
        for row in rows
    ]  # fmt: skip
    return _table("experiment", "arm", "since", "by segment", rows=told)


def _deliveries(rows: Sequence[Row]) -> Table:
    days = [f"{shown(row['delivered_on'])} ({row['delivery_count']})" for row in rows]
    return _table("", rows=[(", ".join(days),)] if days else [])


def _segments(rows: Sequence[Row]) -> Table:
    told = [
        (_name(row), row.get("reason"), row["entered_on"], _day(row.get("evidence_at")))
        for row in rows
    ]
    return _table("segment", "why", "since", "evidence", rows=told)


def _left(rows: Sequence[Row]) -> Table:
    told = [
        (_name(row), row["exited_on"], CAUSES.get(row["exited_cause"], row["exited_cause"]))
        for row in rows
    ]
    return _table("segment", "left", "because", rows=told)


def _name(row: Row) -> str:
    value = f": {row['segment_value']}" if row["segment_value"] else ""
    return f"{row['segment']}{value}{' (sensitive)' if row['is_sensitive'] else ''}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _facts(facts: dict[str, dict[str, Any]]) -> Table:
    rows = []
    for subject, by_name in facts.items():
        known = [
            f"{name.replace('_', ' ')} {shown(value)}"
            for name, value in by_name.items()
            if value is not None
        ]
        rows.append((subject, "; ".join(known) or "nothing known"))
    return _table("", "", rows=rows if any(facts.values()) else [])


def _predictions(told: Explanation) -> Table:
    rows: list[tuple[str, Any]] = [
        (name.removeprefix("prediction_").replace("_", " "), value)
        for name, value in (told.predictions or {}).items()
        if value is not None
    ]
    if told.cluster:
        rows.append(("cluster", told.cluster.get("cluster_name")))
    rows += [
        (f"product {row['recommendation_rank']}",
         f"{row.get('product_name') or row['product_id']}: {row.get('reason')}")
        for row in told.recommendations
    ]  # fmt: skip
    return _table("", "", rows=rows)


def _merges(rows: Sequence[Row]) -> Table:
    told = [
        (
            row["former_customer_id"],
            row.get("linked_in"),
            row.get("linked_at"),
            ", ".join(filter(None, (row.get("link_account_id"), row.get("link_email")))),
        )
        for row in rows
    ]
    return _table("former id", "linked in", "at (UTC)", "by", rows=told)
