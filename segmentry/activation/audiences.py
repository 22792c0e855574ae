"""Who is in an audience, before anybody is left out, as SQL over a published version."""

from segmentry.activation.config import Audience


def members_of(audience: Audience) -> str:
    """Return a select of the customers of an audience; names were checked against the catalog."""
    if audience.everyone:
        return "select customer_id from contacts.activation_profiles"
    return f"""
        select distinct customer_id from bi.segment_memberships
        where {is_in(audience)}
    """


def is_in(audience: Audience) -> str:
    """Return the condition, of segment and segment_value, that a row is of an audience's segments.

    Args:
        audience: one that is not everyone.
    """
    if audience.tag is not None:
        return f"""segment in (
            select segment from bi.segment_catalog
            where not is_sensitive and list_contains(
                string_split(coalesce(destinations, ''), ' '),
                {as_text(audience.tag)}
            )
        )"""
    return " or ".join(_is(segment) for segment in audience.segments)


def _is(segment: str) -> str:
    """Return the condition of a segment, or of one of its values."""
    plain, _, value = segment.partition(":")
    condition = f"segment = {as_text(plain)}"
    return f"({condition} and segment_value = {as_text(value)})" if value else condition


def is_tagged(audience: Audience, destinations: str | None, is_sensitive: bool) -> bool:
    """Tell whether an audience takes a segment by its tag, as `is_in` does of a version.

    Args:
        audience: one that has a tag.
        destinations: those of the segment, as the catalog lists them.
        is_sensitive: whether the segment is sensitive.
    """
    return audience.tag in (destinations or "").split() and not is_sensitive


def as_text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
