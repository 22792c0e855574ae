"""Nobody is in what leaves for email platforms but those who agreed to be written to."""

from collections.abc import Iterator

from segmentry.checks.rules import Check, NeverNull, NoRows, Unique

PROFILES = "activation_profiles"


def consent_checks() -> Iterator[Check]:
    """Yield what must hold of the profiles that may be sent."""
    yield Check(f"{PROFILES}_email_is_never_null", PROFILES, NeverNull("email"))
    yield Check(f"{PROFILES}_email_is_unique", PROFILES, Unique("email"))
    yield everyone_agreed()
    yield nobody_is_missing()


def everyone_agreed() -> Check:
    """Return the check that every profile's address is subscribed and not suppressed."""
    query = """
        select checked.customer_id as id
        from checked
        where not exists (
            select 1
            from email_consents as consents
            where
                consents.customer_id = checked.customer_id
                and consents.email = checked.email
                and consents.is_subscribed
                and not consents.is_suppressed
        )
    """
    return Check(
        f"{PROFILES}_are_subscribed",
        PROFILES,
        NoRows(query, "profiles whose address did not agree to be written to"),
    )


def nobody_is_missing() -> Check:
    """Return the check that every subscriber has a profile."""
    query = """
        select customer_facts.customer_id as id
        from customer_facts
        where
            customer_facts.is_email_subscriber
            and not exists (
                select 1
                from checked
                where checked.customer_id = customer_facts.customer_id
            )
    """
    return Check(
        f"{PROFILES}_hold_every_subscriber",
        PROFILES,
        NoRows(query, "subscribers without a profile"),
    )
