"""Speaks to Customer.io's Track API: people by their address, and manual segments.

What its description leaves open stands in `orchestration/syncs/customerio.md`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
from pyrate_limiter import Rate

from segmentry.activation.api import Api, Patience, as_json, object_of, without_addresses
from segmentry.activation.errors import JobLostError, PlatformError, RequestError
from segmentry.activation.platforms.interface import (
    Job,
    Limits,
    Outcome,
    Profile,
    Suppression,
    Value,
)

NAME = "Customer.io"
# What a segment takes at once; a batch of people has no number of its own.
MOST_MEMBERS = 1_000
# A body is smaller than 500 KB, each person in it 32 KB or smaller.
BODY_BYTES = 499_999
PROFILE_BYTES = 32_000
NAME_BYTES = 150
VALUE_BYTES = 1_000
MOST_PROPERTIES = 300
# Segments are numbered with 32 bits.
FIRST_AFTER_IDS = 2**31

# 100 a second are published in one place, 1,000 in another. The window is a little longer, because
# requests take unequal times to get there.
RATES = {"track": [Rate(100, 1_100)]}

# What says whether somebody may be written to; a part of it is named after a dot.
CONSENT = ("unsubscribed", "cio_subscription_preferences")
# What says who somebody is, or how a request is understood.
IDENTITY = frozenset({"id", "email", "cio_id", "anonymous_id", "_update"})


class _RowError(Exception):
    """A profile that Customer.io can't hold, in words that hold no address."""


class CustomerIo:
    """One workspace of Customer.io; an audience is a manual segment, named by its number."""

    def __init__(
        self,
        site_id: str,
        api_key: str,
        patience: Patience,
        base_url: str = "https://track.customer.io",
    ) -> None:
        """Open no connection yet.

        Args:
            site_id: of the workspace.
            api_key: of the Track API.
            patience: how long the run waits.
            base_url: where the workspace is; in the EU it is `https://track-eu.customer.io`.
        """
        self.api = Api(NAME, base_url, patience, RATES, auth=(site_id, api_key))

    @property
    def limits(self) -> Limits:
        """How much fits into a call."""
        return Limits(
            added=MOST_MEMBERS,
            removed=MOST_MEMBERS,
            body_bytes=BODY_BYTES,
            profile_bytes=PROFILE_BYTES,
        )

    def close(self) -> None:
        """Close the connections."""
        self.api.close()

    def size_of(self, profile: Profile) -> int:
        """Return the bytes of a profile within a request, with the comma behind it."""
        try:
            return len(as_json(_identify(profile))) + 1
        except _RowError:
            # It is not sent.
            return 0

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """See that the credentials are right, and that the audience and properties can be.

        The Track API shows no segments. That a segment is there, and a manual one, is seen only
        when the first people are added. Attributes need not be there: they are made as they come.

        Raises:
            PlatformError: naming what can't be, or that the credentials are refused or belong to
                another region.
        """
        if not (
            audience_id.isascii()
            and audience_id.isdecimal()
            and 0 < int(audience_id) < FIRST_AFTER_IDS
        ):
            raise PlatformError(
                "An audience of Customer.io is the number of a manual segment, and "
                f"{without_addresses(audience_id)} is none: open the segment under Segments, and "
                "take its ID under Usage."
            )
        _check_names(properties)
        answer = self.api.call(
            "tell the region", "GET", "/api/v1/accounts/region", group="track", expected=(200,)
        )
        # Requests to the wrong region would be passed on, and people kept in its logs.
        told = str(object_of(answer, NAME).get("url") or "").split("://")[-1].strip("/")
        if told and told != self.api.client.base_url.netloc.decode():
            raise PlatformError(
                f"The workspace is in another region: set base_url to https://{told}."
            )

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Write people, and make those that were taken members; who is a member already stays one.

        It never changes whether somebody may be written to. Profiles that Customer.io can't hold
        are not sent.

        Args:
            audience_id: of the segment.
            profiles: at most `limits.added`.

        Raises:
            PlatformError: when the call as a whole failed, or a property may not be written.
        """
        _check_names({name for profile in profiles for name in profile.properties})
        rejected = {}
        sent = []
        people = []
        for profile in profiles:
            try:
                people.append(_identify(profile))
                sent.append(profile)
            except _RowError as error:
                rejected[profile.key] = str(error)
        if people:
            answer = self.api.call(
                "write people",
                "POST",
                "/api/v2/batch",
                group="track",
                expected=(200, 207),
                content=as_json({"batch": people}),
                headers={"Content-Type": "application/json"},
            )
            if answer.status_code == 207:
                rejected.update(_rejects(answer, sent))
        self._change_members(
            audience_id,
            "add_customers",
            [profile.address for profile in sent if profile.key not in rejected],
        )
        return Outcome(rejected)

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """Refuse: Customer.io has no jobs.

        Raises:
            JobLostError: always.
        """
        raise JobLostError("Customer.io has no jobs: the rows are sent again.")

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Take people out of a segment, and leave them otherwise as they are.

        Args:
            audience_id: of the segment.
            profiles: at most `limits.removed`.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        addresses = [profile.address for profile in profiles]
        self._change_members(audience_id, "remove_customers", addresses)
        return Outcome()

    def member_count(self, audience_id: str) -> int | None:
        """Return None: the Track API does not tell."""
        return None

    def members(self, audience_id: str) -> Iterator[str] | None:
        """Return None: the Track API does not tell."""
        return None

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield nothing: the Track API does not tell; `customerio.md` says how they come back."""
        yield from ()

    def erase(self, profile: Profile) -> None:
        """Have a person deleted, and kept from coming back; who is not there was deleted.

        They are suppressed first. That deletes them as well, and closes the workspace to all that
        they are known by; once they are deleted, it would know their address alone, and an event
        under their id would bring them back. The deletion follows for what arrived meanwhile.

        Raises:
            PlatformError: when Customer.io refuses.
        """
        path = f"/api/v1/customers/{quote(profile.address, safe='')}"
        expected = (200, 202, 204, 404)
        self.api.call(
            "suppress a person", "POST", f"{path}/suppress", group="track", expected=expected
        )
        self.api.call("delete a person", "DELETE", path, group="track", expected=expected)

    def _change_members(self, audience_id: str, change: str, addresses: Sequence[str]) -> None:
        if not addresses:
            return
        try:
            self.api.call(
                "change the members of a segment",
                "POST",
                f"/api/v1/segments/{quote(audience_id, safe='')}/{change}",
                group="track",
                params={"id_type": "email"},
                json={"ids": list(addresses)},
            )
        except RequestError as error:
            raise RequestError(
                f"{error} See that the segment {without_addresses(audience_id)} is there, and "
                "made by hand: those that follow rules can't be changed.",
                error.status,
                error.body,
            ) from None


def _check_names(names: Sequence[str] | set[str]) -> None:
    """Refuse properties that a sync may not write, or Customer.io can't hold.

    Raises:
        PlatformError: naming them.
    """
    for name in sorted(names):
        if name.lower().partition(".")[0] in CONSENT:
            raise PlatformError(
                f"A sync can't write {name}: it says whether somebody may be written to."
            )
        if name.lower() in IDENTITY:
            raise PlatformError(f"A sync can't write {name}: Customer.io knows people by it.")
        if len(name.encode()) > NAME_BYTES:
            raise PlatformError(
                f"Names of attributes have at most {NAME_BYTES} bytes, and {name} has more."
            )
    if len(names) > MOST_PROPERTIES:
        raise PlatformError(
            f"Customer.io takes {MOST_PROPERTIES} attributes of a person, not {len(names)}."
        )


def _identify(profile: Profile) -> dict[str, Any]:
    """Return the operation that writes a person.

    Raises:
        _RowError: when Customer.io can't hold them.
    """
    for name, value in profile.properties.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise _RowError(f"{name} is no number.")
        if isinstance(value, str) and len(value.encode()) > VALUE_BYTES:
            raise _RowError(f"{name} has more than {VALUE_BYTES:,} bytes.")
    # Null takes an attribute away.
    attributes: Mapping[str, Value] = dict(profile.properties)
    return {
        "type": "person",
        "action": "identify",
        "identifiers": {"email": profile.address},
        "attributes": attributes,
    }


def _rejects(answer: httpx.Response, sent: Sequence[Profile]) -> dict[str, str]:
    """Return the reasons by key of the rows that a batch was not taken of.

    Raises:
        PlatformError: when it does not say which: then none is confirmed.
    """
    reasons = {}
    for error in object_of(answer, NAME).get("errors") or [{}]:
        index = error.get("batch_index") if isinstance(error, dict) else None
        if not isinstance(index, int) or not 0 <= index < len(sent):
            raise PlatformError("Customer.io refused some people and did not say whom.")
        told = [str(error[name]) for name in ("reason", "field", "message") if error.get(name)]
        reasons[sent[index].key] = (
            without_addresses(": ".join(told)) or "Customer.io does not say why."
        )
    return reasons
