"""Speaks to SendGrid Marketing: contacts, lists, custom fields, and whom it writes to no more.

What its description leaves open stands in `orchestration/syncs/sendgrid.md`.
"""

import csv
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from pyrate_limiter import Rate

from segmentry.activation.api import Api, Patience, as_json, json_of, object_of, without_addresses
from segmentry.activation.errors import (
    JobLostError,
    OutOfTimeError,
    PlatformError,
    RequestError,
)
from segmentry.activation.platforms.interface import (
    Job,
    Limits,
    Outcome,
    Profile,
    Suppression,
    SuppressionKind,
    Value,
)

NAME = "SendGrid"
MOST_ADDED = 30_000
MOST_SEARCHED = 100
# An address of a request stays below 8 KB with so many ids of 36 characters in it.
MOST_IDS = 100
PAGE = 500
# What is asked of suppressions between two whole readings.
LATEST = timedelta(days=2)
# The list's id and the brackets around the contacts take less than what is left to 6 MB.
BODY_BYTES = 6_000_000 - 1_000
# Who has a longer address could be added, and never be looked up again to be removed.
LONGEST_ADDRESS = 100

# SendGrid publishes no numbers: what its contacts API before this one did, and 600 a minute for all
# else. Windows are a little longer than that, because requests take unequal times to get there.
RATES = {
    "contacts": [Rate(3, 2_100)],
    "reads": [Rate(600, 60_500)],
    "lists": [Rate(600, 60_500)],
    "suppressions": [Rate(600, 60_500)],
    "files": [Rate(600, 60_500)],
}

# Fields that every account has and a sync may write, with the longest text where it is told.
RESERVED: Mapping[str, int | None] = {
    "first_name": 50,
    "last_name": 50,
    "address_line_1": 100,
    "address_line_2": 100,
    "city": 60,
    "state_province_region": 50,
    "postal_code": None,
    "country": 50,
    "phone_number": None,
    "whatsapp": None,
    "line": None,
    "facebook": None,
    "unique_name": None,
}

SUPPRESSIONS = {
    "/v3/suppression/unsubscribes": SuppressionKind.UNSUBSCRIBED,
    "/v3/suppression/bounces": SuppressionKind.BOUNCED,
    "/v3/suppression/spam_reports": SuppressionKind.COMPLAINED,
    "/v3/suppression/invalid_emails": SuppressionKind.SUPPRESSED,
}

REASON_COLUMNS = ("error", "reason", "message")
NO_REASON = "SendGrid does not say why."
NOT_CONFIRMED = "SendGrid does not say whether it was written."
NOT_REMOVED_YET = "SendGrid took the removal and has not done it yet."


@dataclass(frozen=True)
class CustomField:
    """A field that the account has made.

    Attributes:
        field_id: what values are sent by.
        kind: `Text`, `Number` or `Date`.
    """

    field_id: str
    kind: str


class _RowError(Exception):
    """A profile that SendGrid can't hold, in words that hold no address."""


class SendGrid:
    """One account of SendGrid Marketing; an audience is a list, named by its id."""

    def __init__(
        self, api_key: str, patience: Patience, base_url: str = "https://api.sendgrid.com"
    ) -> None:
        """Open no connection yet.

        Args:
            api_key: with access to Marketing, and read access to Suppressions.
            patience: how long the run waits.
            base_url: where SendGrid is; accounts in the EU have `https://api.eu.sendgrid.com`.
        """
        self.patience = patience
        self.api = Api(
            NAME,
            base_url,
            patience,
            RATES,
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
        )
        self._known_fields: dict[str, CustomField] | None = None
        self._own_fields: set[str] = set()

    @property
    def limits(self) -> Limits:
        """How much fits into a call; SendGrid tells no limit of one contact."""
        return Limits(
            added=MOST_ADDED,
            removed=10 * MOST_SEARCHED,
            body_bytes=BODY_BYTES,
            profile_bytes=BODY_BYTES,
        )

    def close(self) -> None:
        """Close the connections."""
        self.api.close()

    def size_of(self, profile: Profile) -> int:
        """Return the bytes of a profile within a request, with the comma behind it.

        Raises:
            PlatformError: when the custom fields are not known yet and can't be asked for.
        """
        try:
            return len(as_json(self._contact(profile))) + 1
        except _RowError:
            # It is not sent.
            return 0

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """See that a list and the fields are there; change nothing.

        Raises:
            PlatformError: naming what is missing and where it is made, or that the credentials
                are refused.
        """
        answer = self.api.call(
            "read the list",
            "GET",
            _list_path(audience_id),
            group="reads",
            expected=(200, 400, 404),
        )
        if answer.status_code != 200:
            raise PlatformError(
                f"SendGrid has no list with the id {without_addresses(audience_id)}: make one "
                "under Marketing > Contacts > Create > New List, and take the id from its address."
            )
        self._known_fields = None
        fields = self._fields()
        unknown = [name for name in properties if name not in RESERVED and name not in fields]
        own = sorted(name for name in unknown if name in self._own_fields)
        missing = sorted(name for name in unknown if name not in self._own_fields)
        told = []
        if missing:
            told.append(
                f"SendGrid has no field {_listed(missing)}: make it under Marketing > Custom "
                "Fields, as Text, Number or Date."
            )
        if own:
            told.append(
                f"A sync can't write {_listed(own)}: SendGrid fills it itself, or knows people "
                "by it."
            )
        if told:
            raise PlatformError(" ".join(told))

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Write contacts and put them on a list; who is on it already stays.

        It changes nothing of whether somebody may be written to. Profiles that SendGrid can't hold
        are not sent; `finish` names them.

        Args:
            audience_id: of the list.
            profiles: at most `limits.added`.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        contacts, refused = self._contacts(profiles)
        if not contacts:
            return Outcome(rejected=refused)
        answer = self.api.call(
            "add contacts",
            "PUT",
            "/v3/marketing/contacts",
            group="contacts",
            content=as_json(
                {"list_ids": [audience_id], "contacts": [contact for _, contact in contacts]}
            ),
            headers={"Content-Type": "application/json"},
        )
        job_id = object_of(answer, NAME).get("job_id")
        if not isinstance(job_id, str) or not job_id:
            raise PlatformError("SendGrid took the contacts and named no job to ask for.")
        return Job(job_id)

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """Return what became of an import's rows; None while it is at work.

        Nothing is confirmed by a guess: where the file of errors does not name as many as failed,
        all others are looked up, and whoever was not written since the job began is rejected.

        Args:
            job: what `add` returned.
            audience_id: as in `add`.
            profiles: the same, in the same order.

        Raises:
            JobLostError: when it failed as a whole, or SendGrid does not know it.
            PlatformError: when it can't be asked.
        """
        answer = self.api.call(
            "tell of an import",
            "GET",
            f"/v3/marketing/contacts/imports/{quote(job.job_id, safe='')}",
            group="reads",
            expected=(200, 404),
        )
        if answer.status_code == 404:
            raise JobLostError("SendGrid does not know an import any more: it is sent again.")
        told = object_of(answer, NAME)
        status = told.get("status")
        if status == "pending":
            return None
        if status not in ("completed", "errored", "failed"):
            raise JobLostError("SendGrid does not say how an import ended: it is sent again.")
        contacts, refused = self._contacts(profiles)
        sent = {profile.address.lower(): profile for profile, _ in contacts}
        results = told.get("results") or {}
        failed = results.get("errored_count")
        if status == "completed" and not failed and _all_read(results, sent):
            return Outcome(rejected=refused)
        reasons = self._reasons(results.get("errors_url"))
        named = {sent[address].key: why for address, why in reasons.items() if address in sent}
        if status == "failed" and len(named) < len(sent):
            raise JobLostError("SendGrid failed an import as a whole: it is sent again.")
        if failed == len(named) and _all_read(results, sent):
            return Outcome(rejected={**refused, **named})
        open_profiles = [profile for profile in sent.values() if profile.key not in named]
        looked_up = self._looked_up(audience_id, open_profiles, told.get("started_at"))
        return Outcome(
            rejected={**refused, **named, **looked_up.rejected},
            platform_ids=looked_up.platform_ids,
        )

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Take contacts off a list, and leave them otherwise as they are.

        SendGrid takes a removal and does it later, so each address is looked up until it is off the
        list. Whoever is still on it when the tries are used up is rejected.

        Args:
            audience_id: of the list.
            profiles: at most `limits.removed`.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        left = {profile.address.lower(): profile for profile in profiles}
        asked = self._take_off(
            audience_id, {profile.platform_id for profile in profiles if profile.platform_id}
        )
        for _ in self._rounds():
            found = self._search(left)
            members = {
                address: str(contact["id"])
                for address, contact in found.items()
                if audience_id in contact.get("list_ids", ())
            }
            left = {address: profile for address, profile in left.items() if address in members}
            if not left:
                return Outcome()
            asked |= self._take_off(audience_id, set(members.values()) - asked)
        return Outcome(rejected={profile.key: NOT_REMOVED_YET for profile in left.values()})

    def member_count(self, audience_id: str) -> int | None:
        """Return how many contacts are on a list, which SendGrid may tell some minutes late."""
        answer = self.api.call("read the list", "GET", _list_path(audience_id), group="reads")
        count = object_of(answer, NAME).get("contact_count")
        return count if isinstance(count, int) else None

    def members(self, audience_id: str) -> Iterator[str] | None:
        """Return None: a search shows 50 contacts at most.

        An export would show all, in files that hold everything of everybody.
        """
        return None

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield the addresses that the account writes to no more.

        Blocks are left out, because they pass; unsubscribes from a group as well, because they are
        a no to some emails only, which SendGrid heeds itself.

        Args:
            latest: whether those of the last two days are enough.

        Raises:
            PlatformError: when it can't be asked.
        """
        since = int((datetime.now(UTC) - LATEST).timestamp())
        period = {"start_time": since} if latest else {}
        for path, kind in SUPPRESSIONS.items():
            offset = 0
            while True:
                answer = self.api.call(
                    "list suppressions",
                    "GET",
                    path,
                    group="suppressions",
                    params={"limit": PAGE, "offset": offset, **period},
                )
                rows = json_of(answer, NAME)
                if not isinstance(rows, list):
                    raise PlatformError("SendGrid answered something else than suppressions.")
                for row in rows:
                    yield Suppression(str(row["email"]), kind)
                if len(rows) < PAGE:
                    break
                offset += PAGE

    def erase(self, profile: Profile) -> None:
        """Have a contact deleted, and see that it is gone; who is not there was deleted.

        Raises:
            PlatformError: when SendGrid refuses, or has not done it when the tries are used up.
        """
        if len(profile.address) > LONGEST_ADDRESS:
            raise PlatformError(
                f"SendGrid looks up addresses of {LONGEST_ADDRESS} characters at most: delete this "
                "contact by hand, under Marketing > Contacts."
            )
        asked: set[str] = set()
        for _ in self._rounds():
            ids = {str(contact["id"]) for contact in self._search([profile.address]).values()}
            if not ids:
                return
            if ids - asked:
                self.api.call(
                    "delete a contact",
                    "DELETE",
                    "/v3/marketing/contacts",
                    group="contacts",
                    params={"ids": ",".join(sorted(ids - asked))},
                )
                asked |= ids
        raise PlatformError(
            "SendGrid took a deletion and has not done it yet: ask again in some minutes."
        )

    def _fields(self) -> dict[str, CustomField]:
        """Return the account's custom fields by name, asked for once."""
        if self._known_fields is None:
            told = object_of(
                self.api.call(
                    "list fields", "GET", "/v3/marketing/field_definitions", group="reads"
                ),
                NAME,
            )
            self._known_fields = {
                str(one["name"]): CustomField(str(one["id"]), str(one["field_type"]))
                for one in told.get("custom_fields") or ()
            }
            self._own_fields = {str(one["name"]) for one in told.get("reserved_fields") or ()}
            self._own_fields |= {"email", "external_id", "anonymous_id", "phone_number_id"}
        return self._known_fields

    def _contacts(
        self, profiles: Sequence[Profile]
    ) -> tuple[list[tuple[Profile, dict[str, Any]]], dict[str, str]]:
        """Return what is sent of profiles, and the reasons by key why others are not."""
        contacts = []
        refused = {}
        for profile in profiles:
            try:
                contacts.append((profile, self._contact(profile)))
            except _RowError as error:
                refused[profile.key] = str(error)
        return contacts, refused

    def _contact(self, profile: Profile) -> dict[str, Any]:
        """Return a profile as a request has it.

        Raises:
            _RowError: when SendGrid can't hold it.
            PlatformError: when a field is not there.
        """
        if len(profile.address) > LONGEST_ADDRESS:
            raise _RowError(f"The address has more than {LONGEST_ADDRESS} characters.")
        contact: dict[str, Any] = {"email": profile.address}
        custom: dict[str, Value] = {}
        for name, value in profile.properties.items():
            if name in RESERVED:
                text = _text(value)
                longest = RESERVED[name]
                if longest is not None and len(text) > longest:
                    raise _RowError(f"{name} has more than {longest} characters.")
                contact[name] = text
                continue
            field = self._fields().get(name)
            if field is None:
                raise PlatformError(
                    f"SendGrid has no field {name}: make it under Marketing > Custom Fields."
                )
            custom[field.field_id] = _of_kind(name, field.kind, value)
        if custom:
            contact["custom_fields"] = custom
        return contact

    def _search(self, addresses: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return the contacts that are there, by address in lower case."""
        found: dict[str, Mapping[str, Any]] = {}
        asked = [address for address in addresses if len(address) <= LONGEST_ADDRESS]
        for some in _batches(asked, MOST_SEARCHED):
            found.update(self._search_some(some))
        return found

    def _search_some(self, addresses: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        try:
            answer = self.api.call(
                "look up contacts",
                "POST",
                "/v3/marketing/contacts/search/emails",
                group="reads",
                expected=(200, 404),
                json={"emails": list(addresses)},
            )
        except RequestError as error:
            if error.status != 400:
                raise
            # One that SendGrid takes for no address fails all, and can't be a contact.
            if len(addresses) == 1:
                return {}
            half = len(addresses) // 2
            return self._search_some(addresses[:half]) | self._search_some(addresses[half:])
        if answer.status_code == 404:
            return {}
        result = object_of(answer, NAME).get("result") or {}
        return {
            address.strip().lower(): entry["contact"]
            for address, entry in result.items()
            if entry.get("contact")
        }

    def _take_off(self, audience_id: str, contact_ids: Collection[str]) -> set[str]:
        """Ask for contacts to be taken off a list, and return the ids that SendGrid took.

        It refuses all ids of a request when it does not know one of them.
        """
        taken: set[str] = set()
        for some in _batches(sorted(contact_ids), MOST_IDS):
            answer = self.api.call(
                "take contacts off the list",
                "DELETE",
                f"{_list_path(audience_id)}/contacts",
                group="lists",
                expected=(200, 202, 204, 404),
                params={"contact_ids": ",".join(some)},
            )
            if answer.status_code != 404:
                taken.update(some)
        return taken

    def _looked_up(
        self, audience_id: str, profiles: Sequence[Profile], started_at: object
    ) -> Outcome:
        """Return which profiles are on a list and were written since a job began."""
        started = _moment(started_at)
        found = self._search(profile.address.lower() for profile in profiles)
        rejected = {}
        platform_ids = {}
        for profile in profiles:
            contact = found.get(profile.address.lower(), {})
            written = _moment(contact.get("updated_at"))
            if (
                started is not None
                and written is not None
                and written >= started
                and audience_id in contact.get("list_ids", ())
            ):
                platform_ids[profile.key] = str(contact["id"])
            else:
                rejected[profile.key] = NOT_CONFIRMED
        return Outcome(rejected, platform_ids)

    def _reasons(self, url: object) -> dict[str, str]:
        """Return why rows failed by address, as far as a file of errors can be read."""
        if not isinstance(url, str) or not url:
            return {}
        # It lies elsewhere, and may not learn the key.
        files = Api(NAME, "", self.patience, {"files": RATES["files"]})
        try:
            answer = files.call("show a file of errors", "GET", url, group="files")
            return _reasons_of(answer.content.decode("utf-8-sig"))
        except OutOfTimeError:
            raise
        except (PlatformError, httpx.InvalidURL, UnicodeDecodeError, csv.Error):
            return {}
        finally:
            files.close()

    def _rounds(self) -> Iterator[int]:
        """Yield as often as a request is tried, and wait between."""
        for number in range(self.patience.tries):
            if number:
                seconds = self.patience.first_wait * 2.0 ** (number - 1)
                self.patience.wait(min(seconds, self.patience.longest_wait), NAME)
            yield number


def _reasons_of(text: str) -> dict[str, str]:
    """Return the reasons by address of a file of errors.

    SendGrid does not describe its columns: an address is looked for in the one named like an email,
    and a reason in one named like a reason, so that no other value is taken for it.
    """
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(rows, [])]
    email = next((place for place, name in enumerate(header) if "email" in name), None)
    if email is None:
        return {}
    places = [
        place
        for place, name in enumerate(header)
        if place != email and any(word in name for word in REASON_COLUMNS)
    ]
    reasons = {}
    for row in rows:
        if len(row) <= email:
            continue
        told = "; ".join(row[place].strip() for place in places if place < len(row))
        reasons[row[email].strip().lower()] = without_addresses(told) or NO_REASON
    return reasons


def _all_read(results: Mapping[str, Any], sent: Collection[str]) -> bool:
    """Whether a job read as many contacts as were sent, as far as it tells."""
    requested = results.get("requested_count")
    return requested is None or requested >= len(sent)


def _of_kind(name: str, kind: str, value: Value) -> Value:
    """Return a value as a custom field of a kind takes it.

    Raises:
        _RowError: when it can't hold it.
    """
    if kind == "Text":
        return _text(value)
    if value is None:
        raise _RowError(f"SendGrid has no way to take the value of the {kind} field {name} away.")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "Number" and is_number and math.isfinite(float(value)):
        return value
    if kind == "Date" and isinstance(value, str):
        return value
    raise _RowError(f"The {kind} field {name} can't hold the value.")


def _text(value: Value) -> str:
    """Return a value as a text; nothing is an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _moment(text: object) -> datetime | None:
    """Return a moment to the second; None when there is none. Without a zone, it is in UTC."""
    try:
        moment = datetime.fromisoformat(str(text)).replace(microsecond=0)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def _list_path(audience_id: str) -> str:
    return f"/v3/marketing/lists/{quote(audience_id, safe='')}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
