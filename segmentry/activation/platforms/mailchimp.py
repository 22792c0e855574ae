"""Speaks to Mailchimp: members of lists, their merge fields, and the tags that they bear.

What its description leaves open stands in `orchestration/syncs/mailchimp.md`.
"""

import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
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
    SuppressionKind,
    Value,
)
from segmentry.settings.names import nearest

NAME = "Mailchimp"

# Mailchimp limits how many batches wait (500), and not what is in one. This is what one request
# tags, so that a batch is one request more, and 250,000 profiles can wait at once.
MOST_MEMBERS = 500
# The same for the bytes: none are published. A request may take 120 s, which is enough for these.
BODY_BYTES = 10_000_000
PROFILE_BYTES = 20_000
PAGE = 1_000

# Mailchimp publishes no rate, only that ten connections may be open at once, and a run opens one.
RATES = {"api": [Rate(100, 1_000)], "files": [Rate(100, 1_000)]}

AUDIENCE = re.compile(r"(?P<list_id>[0-9A-Za-z]+)/(?P<segment_id>[0-9]+)")
KEY = re.compile(r"[^-\s]+-(?P<data_center>[a-z]+[0-9]+)")
UNFINISHED = frozenset({"pending", "preprocessing", "started", "finalizing"})
# How a store of files answers when a link has run out, or the file is deleted.
GONE = frozenset({400, 403, 404, 410})
# Whoever reports an email is unsubscribed, and asked why.
COMPLAINT = re.compile(r"spam|abuse|complain", re.IGNORECASE)

# What a tag has, whether or not its members may be written to.
WHOLE_TAG = {
    "include_cleaned": "true",
    "include_transactional": "true",
    "include_unsubscribed": "true",
}

NO_RESULT = "no result"
NO_REASON = "Mailchimp does not say why."
NOT_TAGGED = "Mailchimp did not put the tag on."


class Mailchimp:
    """One account of Mailchimp; an audience is a tag of a list, written `<list id>/<tag id>`."""

    def __init__(self, api_key: str, patience: Patience, base_url: str | None = None) -> None:
        """Open no connection yet.

        Args:
            api_key: it ends in a dash and the data centre, such as `-us21`.
            patience: how long the run waits.
            base_url: where Mailchimp is, without the `/3.0`; the key's data centre tells it.

        Raises:
            PlatformError: when the key names no data centre.
        """
        if base_url is None:
            match = KEY.fullmatch(api_key)
            if not match:
                raise PlatformError(
                    "Mailchimp's API key has to end in a dash and the data centre, such as "
                    "`-us21`: copy it whole."
                )
            base_url = f"https://{match['data_center']}.api.mailchimp.com"
        self.api = Api(NAME, base_url, patience, RATES, auth=("segmentry", api_key))
        # Results lie elsewhere, and whoever keeps them may not learn the key.
        self.files = Api(NAME, base_url, patience, RATES)
        # In the order in which they were named.
        self._lists: dict[str, None] = {}

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
        self.files.close()

    def size_of(self, profile: Profile) -> int:
        """Return the bytes of a profile within a batch, with the comma behind it."""
        return len(as_json(_operation("0123456789", profile))) + 1

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """See that a list, its tag and the merge fields are there; change nothing.

        Raises:
            PlatformError: naming what is missing and where it is made, or that the credentials
                are refused.
        """
        list_id, segment_id = self._parts(audience_id)
        answer = self.api.call(
            "read the tag",
            "GET",
            _segment_path(list_id, segment_id),
            group="api",
            params={"fields": "id,type"},
            expected=(200, 404),
        )
        if answer.status_code == 404:
            raise PlatformError(
                f"Mailchimp has no list {list_id} with a tag {segment_id}: make the tag under "
                "Audience > Tags, and take its id from the address of its page."
            )
        if object_of(answer, NAME).get("type") != "static":
            raise PlatformError(
                f"The segment {audience_id} of Mailchimp follows conditions, and nobody can be put "
                "into it: make a tag under Audience > Tags instead."
            )
        known = {
            str(field.get("tag"))
            for field in self._pages(
                "list the merge fields",
                f"/3.0/lists/{list_id}/merge-fields",
                "merge_fields",
                {"fields": "merge_fields.tag,total_items"},
            )
        }
        if missing := sorted(set(properties) - known):
            raise PlatformError(
                f"The list {list_id} of Mailchimp has no merge field {', '.join(missing)}: make it "
                "under Audience > Settings > Audience fields and *|MERGE|* tags."
                + nearest(missing[0], known)
            )

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Write members of a list in a batch; `finish` puts the tag on.

        Whoever is on the list keeps their status, and whoever is new becomes subscribed.

        Args:
            audience_id: the list and its tag.
            profiles: at most `limits.added`.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        list_id, _ = self._parts(audience_id)
        answer = self.api.call(
            "start a batch",
            "POST",
            "/3.0/batches",
            group="api",
            content=as_json({"operations": [_operation(list_id, profile) for profile in profiles]}),
            headers={"Content-Type": "application/json"},
        )
        batch_id = object_of(answer, NAME).get("id")
        if not isinstance(batch_id, str) or not batch_id:
            raise PlatformError("Mailchimp took a batch and did not say what it is called.")
        return Job(batch_id)

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """Return what became of a batch's rows; None while it is at work.

        A row is confirmed when the list has it and the tag is on.

        Args:
            job: what `add` returned.
            audience_id: as in `add`.
            profiles: the same, in the same order.

        Raises:
            JobLostError: when it is not known any more, or ended without results.
            PlatformError: when it can't be asked.
        """
        answer = self.api.call(
            "tell of a batch",
            "GET",
            f"/3.0/batches/{quote(job.job_id, safe='')}",
            group="api",
            expected=(200, 404),
        )
        if answer.status_code == 404:
            raise JobLostError("Mailchimp does not know a batch any more: it is sent again.")
        batch = object_of(answer, NAME)
        status = batch.get("status")
        if status in UNFINISHED:
            return None
        url = batch.get("response_body_url")
        if status != "finished" or not isinstance(url, str) or not url:
            raise JobLostError("A batch of Mailchimp ended without results: it is sent again.")
        results = self._results(url)
        if not any(profile.key in results for profile in profiles):
            raise JobLostError("The results of a batch of Mailchimp are empty: it is sent again.")
        rejected: dict[str, str] = {}
        members: dict[str, dict[str, Any]] = {}
        for profile in profiles:
            result = results.get(profile.key)
            if result is None:
                rejected[profile.key] = NO_RESULT
            elif (response := _response_of(result)) is None or result.get("status_code") != 200:
                rejected[profile.key] = _reason(response or {}, profile)
            else:
                members[profile.key] = response
        written = [profile for profile in profiles if profile.key in members]
        rejected |= self._put_tag_on(audience_id, written, members)
        return Outcome(
            rejected=rejected,
            platform_ids={
                key: str(member["contact_id"])
                for key, member in members.items()
                if member.get("contact_id") and key not in rejected
            },
        )

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Take the tag off, and leave members otherwise as they are.

        Args:
            audience_id: the list and its tag.
            profiles: at most `limits.removed`.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        list_id, segment_id = self._parts(audience_id)
        rejected: dict[str, str] = {}
        for few in _batches(profiles):
            content = self._change_tag(audience_id, "members_to_remove", few)
            # Whoever bears no tag, or is not on the list, may be among the errors.
            reasons = _errors_of(content, few)
            for profile in few:
                if profile.key in reasons and self._bears(list_id, segment_id, profile):
                    rejected[profile.key] = reasons[profile.key]
        return Outcome(rejected=rejected)

    def member_count(self, audience_id: str) -> int | None:
        """Return how many bear a tag, whether or not they may be written to."""
        answer = self.api.call(
            "read the tag",
            "GET",
            _segment_path(*self._parts(audience_id)),
            group="api",
            params={"fields": "member_count", **WHOLE_TAG},
        )
        count = object_of(answer, NAME).get("member_count")
        return count if isinstance(count, int) else None

    def members(self, audience_id: str) -> Iterator[str] | None:
        """Return the addresses of those who bear a tag, whether or not they may be written to."""
        rows = self._pages(
            "list the members of the tag",
            f"{_segment_path(*self._parts(audience_id))}/members",
            "members",
            {"fields": "members.email_address,total_items", **WHOLE_TAG},
        )
        return (str(row["email_address"]) for row in rows if row.get("email_address"))

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield who unsubscribed from a list or was cleaned off it, the latest first in each.

        Of the lists that this adapter was told of: Mailchimp knows no unsubscribe from all.

        Args:
            latest: whether the first page of each is enough.

        Raises:
            PlatformError: when it can't be asked, or was told of no list.
        """
        for list_id in self._known_lists():
            for status in ("unsubscribed", "cleaned"):
                rows = self._pages(
                    "list who may not be written to",
                    f"/3.0/lists/{list_id}/members",
                    "members",
                    {
                        "status": status,
                        "sort_field": "last_changed",
                        "sort_dir": "DESC",
                        "fields": "members.email_address,members.unsubscribe_reason,total_items",
                    },
                )
                for row in islice(rows, PAGE) if latest else rows:
                    if not row.get("email_address"):
                        continue
                    kind = SuppressionKind.BOUNCED
                    if status == "unsubscribed":
                        reason = str(row.get("unsubscribe_reason") or "")
                        is_complaint = bool(COMPLAINT.search(reason))
                        kind = (
                            SuppressionKind.COMPLAINED
                            if is_complaint
                            else SuppressionKind.UNSUBSCRIBED
                        )
                    yield Suppression(str(row["email_address"]), kind)

    def erase(self, profile: Profile) -> None:
        """Have a person deleted from the lists that this adapter was told of.

        Mailchimp takes them back only when they subscribe themselves.

        Raises:
            PlatformError: when the platform refuses, or the adapter was told of no list.
        """
        for list_id in self._known_lists():
            self.api.call(
                "delete a member for good",
                "POST",
                f"{_member_path(list_id, profile)}/actions/delete-permanent",
                group="api",
                # Who is not there was deleted.
                expected=(200, 204, 404),
            )

    def _parts(self, audience_id: str) -> tuple[str, str]:
        """Return the ids of a list and of its tag, and remember the list.

        Raises:
            PlatformError: when it is written otherwise.
        """
        match = AUDIENCE.fullmatch(audience_id)
        if not match:
            raise PlatformError(
                f"An audience of Mailchimp is written `<list id>/<tag id>`, such as "
                f"`a1b2c3d4e5/4711`, and not `{without_addresses(audience_id)}`."
            )
        self._lists[match["list_id"]] = None
        return match["list_id"], match["segment_id"]

    def _known_lists(self) -> list[str]:
        if not self._lists:
            raise PlatformError("Mailchimp has to be told of an audience before its lists are.")
        return list(self._lists)

    def _pages(
        self, what: str, path: str, name: str, params: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of a listing, page by page."""
        offset = 0
        while True:
            answer = self.api.call(
                what, "GET", path, group="api", params={**params, "count": PAGE, "offset": offset}
            )
            content = object_of(answer, NAME)
            rows = content.get(name)
            if not isinstance(rows, list):
                raise PlatformError(f"Mailchimp answered something else when asked to {what}.")
            yield from rows
            offset += len(rows)
            if not rows or offset >= int(content.get("total_items") or 0):
                return

    def _results(self, url: str) -> dict[str, dict[str, Any]]:
        """Return the rows of a batch's results by their keys.

        Raises:
            JobLostError: when they are not kept any more.
            PlatformError: when they can't be read.
        """
        try:
            answer = self.files.call(
                "show the results of a batch", "GET", url, group="files", expected=(200, *GONE)
            )
        except httpx.InvalidURL:
            raise PlatformError("Mailchimp keeps results where nobody can ask for them.") from None
        if answer.status_code in GONE:
            raise JobLostError("Mailchimp keeps the results of a batch no more: it is sent again.")
        results = {}
        try:
            with tarfile.open(fileobj=io.BytesIO(answer.content), mode="r:gz") as archive:
                for member in archive:
                    stream = archive.extractfile(member)
                    if stream is None:
                        continue
                    for row in json.load(stream):
                        results[str(row["operation_id"])] = row
        except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, TypeError, KeyError):
            raise PlatformError("The results of a batch of Mailchimp can't be read.") from None
        return results

    def _put_tag_on(
        self,
        audience_id: str,
        profiles: Sequence[Profile],
        members: Mapping[str, Mapping[str, Any]],
    ) -> dict[str, str]:
        """Put the tag on members, and return why it is not on by key.

        Args:
            audience_id: the list and its tag.
            profiles: who is on the list.
            members: how the list knows them, by key.
        """
        list_id, segment_id = self._parts(audience_id)
        rejected = {}
        for few in _batches(profiles):
            content = self._change_tag(audience_id, "members_to_add", few)
            reasons = _errors_of(content, few)
            added = {
                str(row.get("email_address")).lower() for row in content.get("members_added") or ()
            }
            for profile in few:
                # Mailchimp does not say how it tells of those who bear the tag already, as all do
                # when the same is asked again: whoever it leaves open is looked up.
                if (
                    _has_tag(members[profile.key].get("tags"), segment_id)
                    or (profile.address.lower() in added and profile.key not in reasons)
                    or self._bears(list_id, segment_id, profile)
                ):
                    continue
                rejected[profile.key] = reasons.get(profile.key, NOT_TAGGED)
        return rejected

    def _change_tag(
        self, audience_id: str, change: str, profiles: Sequence[Profile]
    ) -> dict[str, Any]:
        """Put a tag on or take it off, and return what is answered."""
        answer = self.api.call(
            "change who bears the tag",
            "POST",
            _segment_path(*self._parts(audience_id)),
            group="api",
            content=as_json({change: [profile.address for profile in profiles]}),
            headers={"Content-Type": "application/json"},
        )
        return object_of(answer, NAME)

    def _bears(self, list_id: str, segment_id: str, profile: Profile) -> bool:
        """Whether somebody bears a tag."""
        try:
            rows = list(
                self._pages(
                    "tell of a member's tags",
                    f"{_member_path(list_id, profile)}/tags",
                    "tags",
                    {"fields": "tags.id,total_items"},
                )
            )
        except RequestError as error:
            if error.status == 404:
                return False
            raise
        return _has_tag(rows, segment_id)


def _segment_path(list_id: str, segment_id: str) -> str:
    return f"/3.0/lists/{list_id}/segments/{segment_id}"


def _member_path(list_id: str, profile: Profile) -> str:
    return f"/3.0/lists/{list_id}/members/{_hash_of(profile.address)}"


def _hash_of(address: str) -> str:
    """Return what a list calls a member."""
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def _operation(list_id: str, profile: Profile) -> dict[str, Any]:
    """Return what a batch does for a profile; it changes the status of nobody who is there."""
    body: dict[str, Any] = {"email_address": profile.address, "status_if_new": "subscribed"}
    if profile.properties:
        body["merge_fields"] = {tag: _value(value) for tag, value in profile.properties.items()}
    return {
        "method": "PUT",
        "path": f"/lists/{list_id}/members/{_hash_of(profile.address)}",
        "operation_id": profile.key,
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }


def _value(value: Value) -> str | int | float:
    """Return a value as a merge field takes it: texts and numbers. Nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _batches(profiles: Sequence[Profile]) -> Iterator[Sequence[Profile]]:
    for start in range(0, len(profiles), MOST_MEMBERS):
        yield profiles[start : start + MOST_MEMBERS]


def _has_tag(tags: object, segment_id: str) -> bool:
    """Whether a tag is among those that Mailchimp lists."""
    return isinstance(tags, list) and any(str(tag.get("id")) == segment_id for tag in tags)


def _response_of(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was answered to a row of a batch; None when it can't be read."""
    response = result.get("response")
    if isinstance(response, str):
        try:
            response = json.loads(response)
        except ValueError:
            return None
    return response if isinstance(response, dict) else None


def _errors_of(content: Mapping[str, Any], profiles: Sequence[Profile]) -> dict[str, str]:
    """Return why a tag was not changed, by key, of those whom Mailchimp names."""
    known = {profile.address.lower(): profile for profile in profiles}
    reasons = {}
    for error in content.get("errors") or ():
        for address in error.get("email_addresses") or ():
            if profile := known.get(str(address).lower()):
                told = _masked(str(error.get("error") or ""), profile)
                reasons[profile.key] = told or NO_REASON
    return reasons


def _reason(problem: Mapping[str, Any], profile: Profile) -> str:
    """Return why a row was refused, without the address."""
    told = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
    for error in problem.get("errors") or ():
        if isinstance(error, dict) and error.get("message"):
            told.append(f"{error.get('field') or 'the whole'}: {error['message']}")
    return _masked(" ".join(told), profile) or NO_REASON


def _masked(text: str, profile: Profile) -> str:
    """Return a text without any address, and without what the list calls the profile."""
    own = re.compile(_hash_of(profile.address), re.IGNORECASE)
    return without_addresses(own.sub("<address>", text))
