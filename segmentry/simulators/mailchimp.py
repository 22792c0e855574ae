"""Mailchimp on loopback: lists with members, merge fields and tags, and batches."""

import base64
import functools
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import yaml
from openapi_schema_validator import OAS31Validator

from segmentry.activation.platforms.interface import SuppressionKind
from segmentry.simulators.contract import CONTRACTS
from segmentry.simulators.server import Answer, Rate, Request, Simulator, operation

API_KEY = "simulated-us1"
# At once.
MOST_CONNECTIONS = 10
# Not finished yet.
MOST_BATCHES = 500
# Rows of one file of a batch's results.
ROWS_OF_A_FILE = 200
STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")
MEMBER_PATH = re.compile(r"/lists/(?P<list_id>[^/]+)/members/(?P<subscriber_hash>[^/]+)")
FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

# What becomes of a member whom Mailchimp writes to no more: the status, and the reason to leave.
SUPPRESSED: Mapping[SuppressionKind, tuple[str, str]] = {
    SuppressionKind.UNSUBSCRIBED: ("unsubscribed", "I no longer want to receive these emails"),
    SuppressionKind.BOUNCED: ("cleaned", ""),
    SuppressionKind.COMPLAINED: ("unsubscribed", "The emails are spam"),
    SuppressionKind.SUPPRESSED: ("unsubscribed", ""),
}


@dataclass
class Member:
    """Somebody on a list.

    Attributes:
        address: as it was first written.
        status: whether they may be written to.
        contact_id: what Mailchimp calls them.
        merge_fields: values by tag.
        changed: when, as a count that only grows.
        unsubscribe_reason: what they said when they left.
    """

    address: str
    status: str
    contact_id: str
    merge_fields: dict[str, Any] = field(default_factory=dict)
    changed: int = 0
    unsubscribe_reason: str = ""


@dataclass
class Segment:
    """A tag, or a segment that follows conditions.

    Attributes:
        name: as people call it.
        kind: `static` for a tag, `saved` otherwise.
        hashes: of the addresses of its members.
    """

    name: str
    kind: str
    hashes: dict[str, None] = field(default_factory=dict)


@dataclass
class MemberList:
    """A list.

    Attributes:
        merge_tags: of its merge fields.
        members: by the hashes of their addresses.
        segments: by id.
        forgotten: hashes of the addresses that were deleted for good.
    """

    merge_tags: list[str]
    members: dict[str, Member] = field(default_factory=dict)
    segments: dict[int, Segment] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)


@dataclass
class Batch:
    """Operations that wait or were done.

    Attributes:
        batch_id: what to ask for.
        operations: as they were sent.
        polls_left: how often it is still at work.
        is_cancelled: whether it ends without having done anything.
        results: a compressed archive; None until it is finished.
        errored: operations that failed.
    """

    batch_id: str
    operations: list[dict[str, Any]]
    polls_left: int
    is_cancelled: bool
    results: bytes | None = None
    errored: int = 0


class MailchimpSimulator(Simulator):
    """One account of Mailchimp.

    The operations of a batch are done when it is asked for and has been asked for often enough.

    Attributes:
        polls: how often a batch is at work before it is finished.
        stuck_jobs: whether batches stay at work for ever.
        cancel_next_job: whether the next batch ends without having done anything.
        results_gone: whether links to results have run out.
        silent: addresses whose operations are done without a result.
        untaggable: reasons why an address gets no tag, by address.
        tells_unchanged: whether a change of a tag names those for whom nothing changed among its
            errors, or does not name them at all.
        lists: by id.
    """

    name: ClassVar[str] = "mailchimp"
    # Mailchimp publishes limits of connections and of batches, and none of requests.
    rates: ClassVar[Mapping[str, list[Rate]]] = {"api": [], "files": []}

    def __init__(self, checks_contract: bool = True, api_key: str = API_KEY) -> None:
        """Start nothing yet.

        Args:
            checks_contract: whether requests, and the operations of batches, are held against the
                contract, which takes time.
            api_key: the only one that is let in.
        """
        super().__init__(checks_contract)
        self.polls = 1
        self.stuck_jobs = False
        self.cancel_next_job = False
        self.results_gone = False
        self.silent: set[str] = set()
        self.untaggable: dict[str, str] = {}
        self.tells_unchanged = True
        self.lists: dict[str, MemberList] = {}
        self.api_key = api_key
        self._batches: dict[str, Batch] = {}
        self._member_contract = _member_contract() if checks_contract else None
        self._open = 0
        self._count = 0

    def add_list(self, list_id: str, merge_tags: tuple[str, ...] = ("FNAME", "LNAME")) -> None:
        """Make a list.

        Args:
            list_id: letters and digits.
            merge_tags: of its merge fields.
        """
        with self.lock:
            self.lists[list_id] = MemberList(list(merge_tags))

    def add_segment(self, list_id: str, segment_id: int, kind: str = "static") -> str:
        """Make a segment, and return it as an audience.

        Args:
            list_id: of a list that is there.
            segment_id: a number.
            kind: `static` is a tag, `saved` follows conditions.
        """
        with self.lock:
            self.lists[list_id].segments[segment_id] = Segment(f"Segment {segment_id}", kind)
            return f"{list_id}/{segment_id}"

    def add_member(
        self, list_id: str, address: str, status: str = "subscribed", segment_id: int | None = None
    ) -> None:
        """Add somebody whom others brought.

        Args:
            list_id: of a list that is there.
            address: as it is written.
            status: whether they may be written to.
            segment_id: a tag that they bear.
        """
        with self.lock:
            member = self._member_with(list_id, address)
            member.status = status
            if segment_id is not None:
                self.lists[list_id].segments[segment_id].hashes[_hash_of(address)] = None

    def suppress(
        self, list_id: str, address: str, kind: SuppressionKind = SuppressionKind.UNSUBSCRIBED
    ) -> None:
        """Write to an address no more, whether or not it was on the list.

        Args:
            list_id: of a list that is there.
            address: as it is written.
            kind: why.
        """
        with self.lock:
            member = self._member_with(list_id, address)
            member.status, member.unsubscribe_reason = SUPPRESSED[kind]
            member.changed = self._next()

    def unsubscribe(self, list_id: str, address: str) -> None:
        """Have somebody leave a list."""
        self.suppress(list_id, address, SuppressionKind.UNSUBSCRIBED)

    def forget_jobs(self) -> None:
        """Forget all batches; what was not done never will be."""
        with self.lock:
            self._batches.clear()

    def members_of(self, audience_id: str) -> set[str]:
        """Return the addresses that bear a tag, in lower case, whatever their status."""
        list_id, _, segment_id = audience_id.partition("/")
        with self.lock:
            there = self.lists[list_id]
            return {
                there.members[each].address.lower()
                for each in there.segments[int(segment_id)].hashes
            }

    def profile_of(self, list_id: str, address: str) -> Member | None:
        """Return a member of a list; None when nobody like that is on it."""
        with self.lock:
            return self.lists[list_id].members.get(_hash_of(address))

    def operations(self) -> Iterator[dict[str, Any]]:
        """Yield what batches were asked to do, the first first, of all in the journal."""
        for entry in self.journal:
            if entry.operation == "start_batch":
                yield from entry.request.content["operations"]

    def answer(self, request: Request) -> Answer | None:
        """Take a request, and count those that are open."""
        with self.lock:
            self._open += 1
        try:
            return super().answer(request)
        finally:
            with self.lock:
                self._open -= 1

    def unauthorized(self, request: Request) -> Answer | None:
        """Let in who has the key, on few enough connections; results need no key."""
        if request.path.startswith("/results/"):
            return None
        if self._open > MOST_CONNECTIONS:
            return self.too_many({})
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            _, _, key = base64.b64decode(text).decode().partition(":")
        except ValueError:
            key = ""
        if kind.lower() == "basic" and key == self.api_key:
            return None
        return _problem(401, "API Key Invalid", "The key is not one of this account.")

    def too_many(self, headers: Mapping[str, str]) -> Answer:
        """Tell nothing of how long to wait, as Mailchimp does."""
        return _problem(429, "Too Many Requests", "There are more than may be open at once.")

    @operation("POST", "/3.0/batches", group="api", writes=True)
    def start_batch(self, request: Request) -> Answer:
        """Take operations for later."""
        waiting = sum(batch.results is None for batch in self._batches.values())
        if waiting >= MOST_BATCHES:
            return self.too_many({})
        batch = Batch(
            f"batch{self._next()}",
            request.content["operations"],
            self.polls,
            self.cancel_next_job,
        )
        self.cancel_next_job = False
        self._batches[batch.batch_id] = batch
        return Answer(200, self._shown_batch(batch))

    @operation("GET", "/3.0/batches/{batch_id}", group="api")
    def get_batch(self, request: Request) -> Answer:
        """Tell how far a batch is."""
        batch = self._batches.get(request.parts["batch_id"])
        if not batch:
            return _not_found()
        if batch.results is None and not self.stuck_jobs:
            if batch.polls_left:
                batch.polls_left -= 1
            else:
                self._do(batch)
        return Answer(200, self._shown_batch(batch))

    @operation("GET", "/results/{file}", group="files")
    def read_results(self, request: Request) -> Answer:
        """Show the results of a batch."""
        batch = self._batches.get(request.parts["file"].removesuffix(".tar.gz"))
        if not batch or batch.results is None or self.results_gone:
            return Answer(403, b"<Error>The link has run out.</Error>")
        return Answer(200, batch.results, {"Content-Type": "application/gzip"})

    @operation("GET", "/3.0/lists/{list_id}/merge-fields", group="api")
    def list_merge_fields(self, request: Request) -> Answer:
        """List the merge fields of a list."""
        there = self.lists.get(request.parts["list_id"])
        if not there:
            return _not_found()
        rows = [{"merge_id": place, "tag": tag} for place, tag in enumerate(there.merge_tags, 1)]
        return _page(request, "merge_fields", rows)

    @operation("GET", "/3.0/lists/{list_id}/members", group="api")
    def list_members(self, request: Request) -> Answer:
        """List the members who have a status, by when they changed."""
        list_id = request.parts["list_id"]
        there = self.lists.get(list_id)
        if not there:
            return _not_found()
        status = request.query.get("status", [None])[0]
        found = [each for each in there.members.values() if status in (None, each.status)]
        if request.query.get("sort_field") == ["last_changed"]:
            is_last_first = request.query.get("sort_dir") == ["DESC"]
            found.sort(key=lambda member: member.changed, reverse=is_last_first)
        return _page(request, "members", [self._shown(list_id, each) for each in found])

    @operation("PUT", "/3.0/lists/{list_id}/members/{subscriber_hash}", group="api", writes=True)
    def put_member(self, request: Request) -> Answer:
        """Write a member, and add whoever is not there."""
        return self._put(
            request.parts["list_id"], request.parts["subscriber_hash"], request.content
        )

    @operation("GET", "/3.0/lists/{list_id}/members/{subscriber_hash}/tags", group="api")
    def list_member_tags(self, request: Request) -> Answer:
        """List the tags that a member bears."""
        list_id, subscriber_hash = request.parts["list_id"], request.parts["subscriber_hash"]
        there = self.lists.get(list_id)
        if not there or subscriber_hash not in there.members:
            return _not_found()
        return _page(request, "tags", self._tags(list_id, subscriber_hash))

    @operation(
        "POST",
        "/3.0/lists/{list_id}/members/{subscriber_hash}/actions/delete-permanent",
        group="api",
        writes=True,
    )
    def delete_member_permanently(self, request: Request) -> Answer:
        """Delete a member for good."""
        there = self.lists.get(request.parts["list_id"])
        subscriber_hash = request.parts["subscriber_hash"]
        if not there or subscriber_hash not in there.members:
            return _not_found()
        del there.members[subscriber_hash]
        there.forgotten.add(subscriber_hash)
        for segment in there.segments.values():
            segment.hashes.pop(subscriber_hash, None)
        return Answer(204)

    @operation("GET", "/3.0/lists/{list_id}/segments/{segment_id}", group="api")
    def get_segment(self, request: Request) -> Answer:
        """Tell of a segment."""
        segment = self._segment_of(request)
        if not segment:
            return _not_found()
        content = {
            "id": int(request.parts["segment_id"]),
            "name": segment.name,
            "type": segment.kind,
            "list_id": request.parts["list_id"],
            "member_count": len(self._seen(request, segment)),
        }
        return Answer(200, _picked(request, content))

    @operation("POST", "/3.0/lists/{list_id}/segments/{segment_id}", group="api", writes=True)
    def change_segment(self, request: Request) -> Answer:
        """Put a tag on members of the list, or take it off."""
        segment = self._segment_of(request)
        if not segment or segment.kind != "static":
            return _not_found()
        list_id = request.parts["list_id"]
        members = self.lists[list_id].members
        errors: dict[str, list[str]] = {}
        added, removed = [], []
        for address in request.content.get("members_to_add", ()):
            if not (member := members.get(_hash_of(address))):
                continue
            if reason := self.untaggable.get(address.lower()):
                errors.setdefault(reason, []).append(address)
            elif _hash_of(address) not in segment.hashes:
                segment.hashes[_hash_of(address)] = None
                added.append(self._shown(list_id, member))
            elif self.tells_unchanged:
                errors.setdefault("The tag is on.", []).append(address)
        for address in request.content.get("members_to_remove", ()):
            if not (member := members.get(_hash_of(address))):
                continue
            if reason := self.untaggable.get(address.lower()):
                errors.setdefault(reason, []).append(address)
            elif _hash_of(address) in segment.hashes:
                del segment.hashes[_hash_of(address)]
                removed.append(self._shown(list_id, member))
            elif self.tells_unchanged:
                errors.setdefault("The tag is off.", []).append(address)
        content = {
            "members_added": added,
            "members_removed": removed,
            "errors": [
                {"email_addresses": addresses, "error": reason}
                for reason, addresses in errors.items()
            ],
            "total_added": len(added),
            "total_removed": len(removed),
            "error_count": sum(map(len, errors.values())),
        }
        return Answer(200, content)

    @operation("GET", "/3.0/lists/{list_id}/segments/{segment_id}/members", group="api")
    def list_segment_members(self, request: Request) -> Answer:
        """List those who bear a tag."""
        segment = self._segment_of(request)
        if not segment:
            return _not_found()
        list_id = request.parts["list_id"]
        rows = [self._shown(list_id, each) for each in self._seen(request, segment)]
        return _page(request, "members", rows)

    def _do(self, batch: Batch) -> None:
        """Do the operations of a batch, and write down what became of each."""
        rows = []
        for one in [] if batch.is_cancelled else batch.operations:
            body = json.loads(one.get("body") or "null")
            answer = self._done(one, body)
            batch.errored += answer.status >= 400
            if str((body or {}).get("email_address", "")).lower() in self.silent:
                continue
            rows.append(
                {
                    "status_code": answer.status,
                    "operation_id": one.get("operation_id"),
                    "response": json.dumps(answer.content),
                }
            )
        batch.results = b"" if batch.is_cancelled else _archive(rows)

    def _done(self, one: Mapping[str, Any], body: Any) -> Answer:
        """Do an operation of a batch."""
        match = MEMBER_PATH.fullmatch(one["path"])
        if one["method"] != "PUT" or not match:
            return _not_found()
        if self._member_contract:
            complaints = [error.message for error in self._member_contract.iter_errors(body)]
            if complaints:
                return _problem(400, "Invalid Resource", "; ".join(complaints))
        return self._put(match["list_id"], match["subscriber_hash"], body)

    def _put(self, list_id: str, subscriber_hash: str, body: dict[str, Any]) -> Answer:
        there = self.lists.get(list_id)
        address = body["email_address"]
        if not there:
            return _not_found()
        if subscriber_hash != _hash_of(address):
            return _problem(400, "Invalid Resource", f"The path is not that of {address}.")
        if reason := self.refused.get(address.lower()):
            return _problem(400, "Invalid Resource", f"{address}: {reason}")
        if subscriber_hash in there.forgotten:
            return _problem(
                400, "Forgotten Email Not Subscribed", f"{address} was permanently deleted."
            )
        values = body.get("merge_fields", {})
        if unknown := sorted(set(values) - set(there.merge_tags)):
            return _problem(400, "Invalid Resource", f"There is no {unknown[0]}.")
        is_new = subscriber_hash not in there.members
        if is_new and body.get("status_if_new", body.get("status")) not in STATUSES:
            return _problem(400, "Invalid Resource", "Who is new needs a status.")
        member = self._member_with(list_id, address)
        if is_new:
            member.status = body.get("status_if_new") or body["status"]
        if "status" in body:
            member.status = body["status"]
        member.merge_fields.update(values)
        member.changed = self._next()
        return Answer(200, self._shown(list_id, member))

    def _member_with(self, list_id: str, address: str) -> Member:
        """Return a member of a list, whom it may make."""
        members = self.lists[list_id].members
        known = members.get(_hash_of(address))
        if known is None:
            number = self._next()
            known = Member(address, "subscribed", f"contact{number}", changed=number)
            members[_hash_of(address)] = known
        return known

    def _segment_of(self, request: Request) -> Segment | None:
        there = self.lists.get(request.parts["list_id"])
        segment_id = request.parts["segment_id"]
        return there.segments.get(int(segment_id)) if there and segment_id.isdigit() else None

    def _seen(self, request: Request, segment: Segment) -> list[Member]:
        """Return the members of a segment whom a request asks for: some only when it says so."""
        hidden = {
            status
            for status in ("cleaned", "transactional", "unsubscribed")
            if request.query.get(f"include_{status}") != ["true"]
        }
        members = self.lists[request.parts["list_id"]].members
        return [members[each] for each in segment.hashes if members[each].status not in hidden]

    def _tags(self, list_id: str, subscriber_hash: str) -> list[dict[str, Any]]:
        return [
            {"id": segment_id, "name": segment.name}
            for segment_id, segment in self.lists[list_id].segments.items()
            if subscriber_hash in segment.hashes
        ]

    def _shown(self, list_id: str, member: Member) -> dict[str, Any]:
        """Return a member as Mailchimp tells of them."""
        subscriber_hash = _hash_of(member.address)
        tags = self._tags(list_id, subscriber_hash)
        return {
            "id": subscriber_hash,
            "email_address": member.address,
            "contact_id": member.contact_id,
            "status": member.status,
            "unsubscribe_reason": member.unsubscribe_reason,
            "merge_fields": dict(member.merge_fields),
            "last_changed": (FIRST_MOMENT + timedelta(seconds=member.changed)).isoformat(),
            "list_id": list_id,
            "tags_count": len(tags),
            # More have to be asked for.
            "tags": tags[:50],
        }

    def _shown_batch(self, batch: Batch) -> dict[str, Any]:
        """Return a batch as Mailchimp tells of it."""
        is_finished = batch.results is not None
        url = f"{self.base_url}/results/{batch.batch_id}.tar.gz" if batch.results else ""
        return {
            "id": batch.batch_id,
            "status": "finished" if is_finished else "started",
            "total_operations": len(batch.operations),
            "finished_operations": len(batch.operations) if batch.results else 0,
            "errored_operations": batch.errored,
            "response_body_url": url,
        }

    def _next(self) -> int:
        self._count += 1
        return self._count


@functools.cache
def _member_contract() -> OAS31Validator:
    """Return what holds the body of an operation of a batch against the contract."""
    text = (CONTRACTS / f"{MailchimpSimulator.name}.yaml").read_text(encoding="utf-8")
    schemas = yaml.load(text, yaml.CSafeLoader)["components"]["schemas"]
    schema = {"$ref": "#/components/schemas/Member", "components": {"schemas": schemas}}
    return OAS31Validator(schema)


def _hash_of(address: str) -> str:
    """Return what a list calls a member."""
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def _archive(rows: list[dict[str, Any]]) -> bytes:
    """Return the rows of results as Mailchimp packs them: files in a folder."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        folder = tarfile.TarInfo("./")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for start in range(0, len(rows), ROWS_OF_A_FILE):
            text = json.dumps(rows[start : start + ROWS_OF_A_FILE]).encode()
            file = tarfile.TarInfo(f"./{start}.json")
            file.size = len(text)
            archive.addfile(file, io.BytesIO(text))
    return stream.getvalue()


def _page(request: Request, name: str, rows: list[dict[str, Any]]) -> Answer:
    """Return the page of a listing that a request asks for: ten rows when it does not say."""
    offset = int(request.query.get("offset", ["0"])[0])
    count = int(request.query.get("count", ["10"])[0])
    content = {name: rows[offset : offset + count], "total_items": len(rows)}
    return Answer(200, _picked(request, content))


def _picked(request: Request, content: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a request asks for, all when it does not say."""
    if "fields" not in request.query:
        return content
    wanted = request.query["fields"][0].split(",")
    picked: dict[str, Any] = {}
    for name, value in content.items():
        inner = {field.partition(".")[2] for field in wanted if field.startswith(f"{name}.")}
        if name in wanted:
            picked[name] = value
        elif inner:
            picked[name] = [{key: row[key] for key in row if key in inner} for row in value]
    return picked


def _problem(status: int, title: str, detail: str) -> Answer:
    content = {"title": title, "status": status, "detail": detail}
    return Answer(status, content, {"Content-Type": "application/problem+json"})


def _not_found() -> Answer:
    return _problem(404, "Resource Not Found", "It is not there.")
