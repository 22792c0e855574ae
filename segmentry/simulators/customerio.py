"""A workspace of Customer.io on loopback: people, manual segments, and who may not come back."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from segmentry.simulators.server import Answer, Rate, Request, Simulator, operation

BODY_BYTES = 500_000
PERSON_BYTES = 32_000


@dataclass
class Person:
    """Somebody who is in the workspace.

    Attributes:
        attributes: by name.
        is_unsubscribed: whether they said no.
    """

    attributes: dict[str, Any] = field(default_factory=dict)
    is_unsubscribed: bool = False


@dataclass
class Segment:
    """A manual segment.

    Attributes:
        name: for people.
        members: addresses in lower case.
    """

    name: str
    members: set[str] = field(default_factory=set)


class CustomerIoSimulator(Simulator):
    """One workspace, which knows people by their addresses, in any case of letters."""

    name: ClassVar[str] = "customerio"
    rates: ClassVar[Mapping[str, list[Rate]]] = {"track": [Rate(100, 1)]}

    def __init__(
        self, site_id: str = "site-1", api_key: str = "track-key-1", checks_contract: bool = True
    ) -> None:
        """Start nothing yet.

        Args:
            site_id: of the workspace.
            api_key: of the Track API.
            checks_contract: whether requests are held against the contract.
        """
        super().__init__(checks_contract)
        self.site_id = site_id
        self.api_key = api_key
        self.people: dict[str, Person] = {}
        self.segments: dict[int, Segment] = {}
        self.suppressed: set[str] = set()
        self.region_url = self.base_url
        self._credentials = base64.b64encode(f"{site_id}:{api_key}".encode()).decode()

    def add_segment(self, name: str) -> str:
        """Make a manual segment and return its id."""
        with self.lock:
            segment_id = len(self.segments) + 1
            self.segments[segment_id] = Segment(name)
            return str(segment_id)

    def unsubscribe(self, address: str) -> None:
        """Have a person say no, as with a click in an email."""
        with self.lock:
            self.people[address.lower()].is_unsubscribed = True

    def members_of(self, audience_id: str) -> set[str]:
        """Return the addresses of a segment's members, in lower case."""
        with self.lock:
            return set(self.segments[int(audience_id)].members)

    def profile_of(self, address: str) -> dict[str, Any] | None:
        """Return the attributes of a person; None when they are not there."""
        with self.lock:
            person = self.people.get(address.lower())
            return dict(person.attributes) if person else None

    def is_unsubscribed(self, address: str) -> bool:
        """Whether a person who is there said no."""
        with self.lock:
            return self.people[address.lower()].is_unsubscribed

    def unauthorized(self, request: Request) -> Answer | None:
        """Refuse whoever does not bring the workspace's credentials."""
        if request.headers.get("authorization") == f"Basic {self._credentials}":
            return None
        return refusal(401, "Unauthorized request.")

    def too_many(self, headers: Mapping[str, str]) -> Answer:
        """Refuse without a word of how long, as Customer.io does."""
        return refusal(429, "Too many requests.")

    @operation("GET", "/api/v1/accounts/region", group="track")
    def tell_region(self, request: Request) -> Answer:
        """Say where the workspace is."""
        return Answer(200, {"url": self.region_url, "region": "us", "environment_id": 1})

    @operation("POST", "/api/v2/batch", group="track", writes=True)
    def write_people(self, request: Request) -> Answer:
        """Write people, and name the places of those that are refused."""
        if len(request.body) >= BODY_BYTES:
            return refusal(400, "The body is too large.")
        errors = []
        for index, entry in enumerate(request.content["batch"]):
            address = entry["identifiers"]["email"].lower()
            size = len(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode())
            reason = self.refused.get(address)
            if size > PERSON_BYTES:
                reason = "too_large"
            if reason:
                errors.append(
                    {
                        "batch_index": index,
                        "reason": reason,
                        "field": "identifiers",
                        "message": f"{address} was not taken.",
                    }
                )
            elif address not in self.suppressed:
                self._identify(address, entry["attributes"])
        return Answer(207, {"errors": errors}) if errors else Answer(200, {})

    @operation("POST", "/api/v1/segments/{segment_id}/add_customers", group="track", writes=True)
    def add_members(self, request: Request) -> Answer:
        """Make people members; whoever is not there is passed over."""
        return self._change_members(
            request, lambda members, named: members.update(named & self.people.keys())
        )

    @operation("POST", "/api/v1/segments/{segment_id}/remove_customers", group="track", writes=True)
    def remove_members(self, request: Request) -> Answer:
        """Take people out; whoever is no member is passed over."""
        return self._change_members(
            request, lambda members, named: members.difference_update(named)
        )

    @operation("DELETE", "/api/v1/customers/{identifier}", group="track", writes=True)
    def delete_person(self, request: Request) -> Answer:
        """Delete a person; whoever is not there is passed over."""
        self._delete(request.parts["identifier"].lower())
        return Answer(200, {})

    @operation("POST", "/api/v1/customers/{identifier}/suppress", group="track", writes=True)
    def suppress_person(self, request: Request) -> Answer:
        """Delete a person, and pass over all that names them from now on."""
        address = request.parts["identifier"].lower()
        self._delete(address)
        self.suppressed.add(address)
        return Answer(200, {})

    def _identify(self, address: str, attributes: Mapping[str, Any]) -> None:
        known = self.people.setdefault(address, Person()).attributes
        for name, value in attributes.items():
            if value is None or value == "":
                known.pop(name, None)
            else:
                known[name] = value

    def _delete(self, address: str) -> None:
        self.people.pop(address, None)
        for segment in self.segments.values():
            segment.members.discard(address)

    def _change_members(
        self, request: Request, change: Callable[[set[str], set[str]], None]
    ) -> Answer:
        number = request.parts["segment_id"]
        segment = self.segments.get(int(number)) if number.isdecimal() else None
        if segment is None:
            return refusal(400, "There is no such manual segment.")
        change(segment.members, {address.lower() for address in request.content["ids"]})
        return Answer(200, {})


def refusal(status: int, text: str) -> Answer:
    """Return a refusal, written as Customer.io writes it."""
    return Answer(status, {"meta": {"errors": [text]}})
