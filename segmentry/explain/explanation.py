"""What is known of one customer, and why they were or were not written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from segmentry.activation.audiences import is_tagged
from segmentry.activation.config import Audience, Sync
from segmentry.explain.person import Person
from segmentry.explain.source import NOES, SUPPRESSIONS, Row, Source
from segmentry.state.keys import Keys

# What support asks for first, by subject: columns of customer_facts.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "person": (
        "country_code", "region", "city", "language", "gender", "age_years", "account_count",
        "first_seen_at", "last_activity_at",
    ),
    "orders": (
        "order_count", "order_count_last_365_days", "first_order_at", "last_order_at",
        "net_revenue", "net_revenue_last_365_days", "average_order_value", "refunded_amount",
        "coupon_order_share", "discounted_order_share", "average_days_between_orders",
        "top_category_last_365_days", "recency_score", "frequency_score", "monetary_score",
    ),
    "browsing": (
        "session_count", "sessions_last_30_days", "last_session_at",
        "product_views_last_30_days", "last_product_view_at", "last_viewed_product_id",
        "last_add_to_cart_at", "last_checkout_at",
    ),
    "email": (
        "is_email_subscriber", "is_suppressed", "is_sms_subscriber", "email_opens_last_90_days",
        "email_clicks_last_90_days", "last_email_engagement_at",
    ),
    "voice": (
        "latest_csat", "latest_csat_at", "latest_nps", "latest_nps_at", "latest_review",
        "latest_review_at", "review_count",
    ),
}  # fmt: skip
# How long ago somebody left a segment lately, and had emails lately, in days before the last day.
LATELY = 90
SUPPRESSED_AT = {
    "complained": "complained_at",
    "bounced": "bounced_at",
    "unsubscribed": "unsubscribed_at",
}


@dataclass(frozen=True)
class Decision:
    """Whether somebody may be written to.

    Attributes:
        by_email: whether emails may be sent to them.
        address: where to; None for nobody, and where the caller may not see it.
        because: why, or why not, a sentence for each reason.
        by_text_message: whether they agreed to text messages; None where it is not known.
    """

    by_email: bool
    address: str | None
    because: list[str]
    by_text_message: bool | None


@dataclass(frozen=True)
class Explanation:
    """What is known of one customer. Rows are by column, as the tables of their names have them.

    Attributes:
        build_id: the version that tells it; None for the working build.
        as_of_date: the last day that it knows of.
        customer_id: the id that they have now.
        former_customer_id: the id that was asked for, when it became this one; else None.
        identifiers: their accounts, addresses and visitors.
        contact: their name, address, phone number and birth date; None where it is not seen.
        facts: the main ones by subject and name; null where not known.
        segments: those they are in: with the label, and since when and by which cause.
        left_segments: those they left within 90 days, the latest first, with the cause.
        predictions: what they are expected to do, with its status; None where nothing is said.
        cluster: the group of buyers who spend as they do; None for none.
        recommendations: the products to show them, the first first.
        merges: their former ids, with the link that joined them.
        consents: what was agreed to and what forbids writing, by address.
        decision: whether they may be written to.
        suppressions: the platforms that don't write to them: which, what it said, since when.
        syncs: where syncs brought them: `sync`, `platform`, `audience`, by which segments they
            are in it (`because`), `state` and since when it is so.
        sync_rows: what syncs did not do, the latest first: run, operation, result and reason.
        experiments: the arm that they drew in each.
        deliveries: the days of the last 90 on which emails were delivered, the latest first.
        notes: what can't be told here, and how it can.
    """

    build_id: str | None
    as_of_date: date
    customer_id: str
    former_customer_id: str | None
    identifiers: list[Row]
    contact: Row | None
    facts: dict[str, dict[str, Any]]
    segments: list[Row]
    left_segments: list[Row]
    predictions: Row | None
    cluster: Row | None
    recommendations: list[Row]
    merges: list[Row]
    consents: list[Row]
    decision: Decision
    suppressions: list[Row]
    syncs: list[Row]
    sync_rows: list[Row]
    experiments: list[Row]
    deliveries: list[Row]
    notes: list[str] = field(default_factory=list)


def explain(
    source: Source, person: Person, syncs: Mapping[str, Sync], keys: Keys | None
) -> Explanation:
    """Return what is known of a customer.

    Args:
        source: the tables.
        person: who they are.
        syncs: those of the shop, by name, which say what platform and audience are.
        keys: by which syncs know people; without them nothing of syncs can be told.
    """

    def of_person(table: str) -> list[Row]:
        rows = source.rows(table, "customer_id", [person.customer_id])
        return [_without(row, "customer_id", "as_of_date") for row in rows]

    facts = _first(of_person("customer_facts")) or {}
    segments = _segments(source, of_person("segment_memberships"), of_person("segment_history"))
    since = source.as_of_date - timedelta(days=LATELY)
    left = [
        _labelled(row, _catalog(source, [row["segment"]]))
        for row in of_person("segment_history")
        if row["exited_on"] and row["exited_on"] >= since
    ]
    consents = of_person("email_consents")
    address_keys = [keys.hash_of(email) for email in person.emails] if keys else []
    suppressions = [
        {"platform": row["source"].partition(" ")[0], **_only(row, "kind", "first_seen_at")}
        for row in source.rows(SUPPRESSIONS, "address_key", address_keys)
    ]
    deliveries = [row for row in of_person("email_deliveries") if row["delivered_on"] >= since]
    return Explanation(
        build_id=source.build_id,
        as_of_date=source.as_of_date,
        customer_id=person.customer_id,
        former_customer_id=person.former_customer_id,
        identifiers=person.identifiers,
        contact=_first(of_person("customer_contacts")),
        facts={
            subject: {name: facts[name] for name in names if name in facts}
            for subject, names in SUBJECTS.items()
        },
        segments=segments,
        left_segments=sorted(left, key=lambda row: row["exited_on"], reverse=True),
        predictions=_first(of_person("customer_predictions")),
        cluster=_first(of_person("customer_clusters")),
        recommendations=sorted(
            of_person("customer_recommendations"), key=lambda row: row["recommendation_rank"]
        ),
        merges=[_without(row, "customer_id") for row in person.merges],
        consents=consents,
        decision=decide(source, person, facts, consents, suppressions),
        suppressions=suppressions,
        syncs=_places(source, address_keys, syncs, segments),
        sync_rows=_undone(source, address_keys),
        experiments=of_person("experiment_assignments"),
        deliveries=sorted(deliveries, key=lambda row: row["delivered_on"], reverse=True),
        notes=_notes(source, keys),
    )


def decide(
    source: Source,
    person: Person,
    facts: Row,
    consents: Sequence[Row],
    suppressions: Sequence[Row],
) -> Decision:
    """Return whether somebody may be written to, as syncs decide it.

    That is who is in `activation_profiles`, unless the last build or a platform has a no since.

    Args:
        source: the tables.
        person: who they are.
        facts: theirs, by name.
        consents: by address.
        suppressions: of platforms.
    """
    by_text_message = facts.get("is_sms_subscriber")
    if not source.shows_contacts:
        subscribed = bool(facts.get("is_email_subscriber"))
        told = "An address of theirs is subscribed." if subscribed else "No address is subscribed."
        return Decision(subscribed, None, [told], by_text_message)
    profile = _first(source.rows("activation_profiles", "customer_id", [person.customer_id]))
    address = str(profile["email"]) if profile else None
    because = [f"{row['email']}: {why(row)}" for row in consents]
    noes = [
        f"{row['email']}: the last build knows a no: {row['reason']}."
        for row in source.rows(NOES, "email", [address] if address else [])
    ]
    noes += [f"{row['platform']} does not write to them: {row['kind']}." for row in suppressions]
    if not consents:
        because.append("They have no address that is known to be theirs alone.")
    return Decision(
        profile is not None and not noes,
        address if profile and not noes else None,
        because + noes,
        by_text_message,
    )


def why(consent: Row) -> str:
    """Return in a sentence why an address may be written to, or why not.

    Args:
        consent: a row of `email_consents`.
    """
    if consent["is_subscribed"]:
        return f"agreed{_on(consent.get('granted_at'))}."
    if kind := consent.get("suppressed_by"):
        place = "" if kind in SUPPRESSED_AT else " by a platform"
        return f"{kind}{place}{_on(consent.get(SUPPRESSED_AT.get(kind, '')))}."
    if consent.get("withdrawn_at"):
        return f"withdrew their consent{_on(consent['withdrawn_at'])}."
    if consent.get("granted_at"):
        return "withdrew their consent, on a day that is not known."
    return "never agreed, or withdrew on a day that is not known."


def _on(moment: datetime | None) -> str:
    return f" on {moment:%Y-%m-%d}" if moment else ""


def _segments(source: Source, memberships: Sequence[Row], history: Sequence[Row]) -> list[Row]:
    """Return the segments that somebody is in, each with its label and since when."""
    catalog = _catalog(source, [row["segment"] for row in memberships])
    stays = {
        (row["segment"], row["segment_value"]): _only(row, "entered_on", "entered_cause")
        for row in history
        if row["exited_on"] is None
    }
    unknown = {"entered_on": None, "entered_cause": None}
    return [
        _labelled(row, catalog) | stays.get((row["segment"], row["segment_value"]), unknown)
        for row in memberships
    ]


def _catalog(source: Source, segments: Sequence[str]) -> dict[str, Row]:
    rows = source.rows("segment_catalog", "segment", sorted(set(segments)))
    return {row["segment"]: row for row in rows}


def _labelled(row: Row, catalog: Mapping[str, Row]) -> Row:
    entry = catalog.get(row["segment"], {})
    return row | {name: entry.get(name) for name in ("label", "is_sensitive", "destinations")}


def _places(
    source: Source,
    address_keys: Sequence[str],
    syncs: Mapping[str, Sync],
    segments: Sequence[Row],
) -> list[Row]:
    """Return where syncs brought somebody, and by which of their segments."""
    places = []
    for row in source.rows("sync_ledger", "address_key", address_keys):
        sync = syncs.get(row["sync"])
        audiences = sync.audiences if sync else []
        audience = next((each for each in audiences if each.id == row["audience"]), None)
        places.append(
            {
                "sync": row["sync"],
                "platform": sync.platform if sync else None,
                "audience": row["audience"],
                "because": by_which(audience, segments) if audience else [],
                "state": row["state"],
                "changed_at": row["changed_at"],
            }
        )
    return places


def by_which(audience: Audience, segments: Sequence[Row]) -> list[str]:
    """Return by which segments somebody is in an audience; `everyone` where that needs none.

    Args:
        audience: who is in it.
        segments: those that somebody is in, with what the catalog says of them.
    """
    if audience.everyone:
        return ["everyone"]
    named = [(row["segment"], f"{row['segment']}:{row['segment_value']}", row) for row in segments]
    if audience.tag is None:
        wanted = set(audience.segments)
        return sorted({name for plain, valued, _ in named for name in wanted & {plain, valued}})
    return sorted(
        {
            plain
            for plain, _, row in named
            if is_tagged(audience, row["destinations"], row["is_sensitive"])
        }
    )


def _undone(source: Source, address_keys: Sequence[str]) -> list[Row]:
    """Return what syncs did not do of somebody's, the latest first."""
    rows = source.rows("sync_rows", "address_key", address_keys)
    runs = {
        run["run_id"]: run
        for run in source.rows("sync_runs", "run_id", sorted({row["run_id"] for row in rows}))
    }
    told = [
        {name: runs.get(row["run_id"], {}).get(name) for name in ("sync", "started_at")}
        | _without(row, "address_key")
        for row in rows
    ]
    return sorted(told, key=lambda row: str(row["run_id"]), reverse=True)


def _notes(source: Source, keys: Keys | None) -> list[str]:
    notes = []
    if not source.shows_contacts:
        notes.append(
            "Addresses, names, consents and what syncs did stand in files that this user may not "
            "read; their owner sees them here."
        )
    elif keys is None and any(map(source.has_rows, ("sync_ledger", "sync_rows", SUPPRESSIONS))):
        notes.append(
            "What syncs did is told when SEGMENTRY_STATE_KEY is set to the secret that they ran "
            "with."
        )
    return notes


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _only(row: Row, *names: str) -> Row:
    return {name: row.get(name) for name in names}


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}
