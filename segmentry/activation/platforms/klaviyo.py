"""Klaviyo: profiles and list members by import jobs, removals by profile id.

It never subscribes, unsubscribes, suppresses or unsuppresses anybody: none of those requests is
here, and no request writes `subscriptions`. An import job leaves both as they are.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
from pyrate_limiter import Duration, Rate

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

NAME = "Klaviyo"
REVISION = "2026-07-15"
MEDIA_TYPE = "application/vnd.api+json"

# An import job takes 5 MB: some of it is kept for what stands around the profiles.
LIMITS = Limits(added=10_000, removed=1_000, body_bytes=4_999_000, profile_bytes=100_000)
PAGE = 100
# Characters of a filter, as it stands in the address of a request.
LONGEST_FILTER = 6_000

WRITES = [Rate(10, Duration.SECOND), Rate(150, Duration.MINUTE)]
READS = [Rate(75, Duration.SECOND), Rate(750, Duration.MINUTE)]
RATES = {
    "create jobs": WRITES,
    "read jobs": WRITES,
    "read import errors": WRITES,
    "read profiles": READS,
    "change profiles": READS,
    "read lists": READS,
    "count members": [Rate(1, Duration.SECOND), Rate(15, Duration.MINUTE)],
    "read members": READS,
    "remove members": WRITES,
    "delete profiles": [Rate(3, Duration.SECOND), Rate(60, Duration.MINUTE)],
}

ATTRIBUTES = frozenset({"first_name", "last_name", "organization", "locale", "title", "image"})
LOCATION = "location."
PLACES = frozenset(
    {
        "address1",
        "address2",
        "city",
        "country",
        "latitude",
        "longitude",
        "region",
        "timezone",
        "zip",
    }
)
# Klaviyo knows a profile by them: a value that another profile has makes one of two, or an error.
IDENTIFIERS = frozenset({"id", "email", "phone_number", "external_id", "anonymous_id", "_kx"})
NEVER_SENT = IDENTIFIERS | {"subscriptions", "location"}

ROW = re.compile(r"/profiles/data/(\d+)(?:/|$)")

KINDS = {
    "SPAM_COMPLAINT": SuppressionKind.COMPLAINED,
    "UNSUBSCRIBE": SuppressionKind.UNSUBSCRIBED,
    "HARD_BOUNCE": SuppressionKind.BOUNCED,
    "INVALID_EMAIL": SuppressionKind.BOUNCED,
    "USER_SUPPRESSED": SuppressionKind.SUPPRESSED,
}
# What is told of an address that is suppressed for more than one reason.
GRAVEST_FIRST = (
    SuppressionKind.COMPLAINED,
    SuppressionKind.UNSUBSCRIBED,
    SuppressionKind.BOUNCED,
    SuppressionKind.SUPPRESSED,
)
SUPPRESSED_AT = "subscriptions.email.marketing.suppression.timestamp"


class Klaviyo:
    """An account of Klaviyo."""

    def __init__(
        self, api_key: str, patience: Patience, base_url: str = "https://a.klaviyo.com"
    ) -> None:
        """Open no connection yet.

        Args:
            api_key: a private key with the scopes that the page of this platform names.
            patience: how long the run waits.
            base_url: where the API is.
        """
        self._api = Api(
            NAME,
            base_url,
            patience,
            RATES,
            headers={
                "Authorization": f"Klaviyo-API-Key {api_key}",
                "revision": REVISION,
                "Accept": MEDIA_TYPE,
                "Content-Type": MEDIA_TYPE,
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    @property
    def limits(self) -> Limits:
        """How much fits into a call."""
        return LIMITS

    def size_of(self, profile: Profile) -> int:
        """Return the bytes of a profile within a request, with the comma after it."""
        return len(as_json(imported(profile))) + 1

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """See that a list is there and that nothing is sent that identifies; change nothing.

        Custom properties need no preparation: the first profile that has one makes it.

        Raises:
            PlatformError: when there is no such list, a property can't be sent, or the
                credentials are refused.
        """
        refuse_never_sent(properties)
        answer = self._call(
            "read a list", "GET", list_path(audience_id), group="read lists", expected=(200, 404)
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise PlatformError(
                f"{NAME} has no list {audience_id}. Make one under Audience, Lists & segments, and "
                "take its id from the address of its page."
            )

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Have profiles imported and made members of a list, by a job.

        Klaviyo looks at a job before it takes it, and a single profile that it does not like has
        the whole job refused. Those that it names are left out, and the others sent again.

        Args:
            audience_id: the list.
            profiles: at most `limits.added`.

        Returns:
            The job; the outcome alone where every profile was refused.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        refused: dict[int, str] = {}
        while len(refused) < len(profiles):
            places = [place for place in range(len(profiles)) if place not in refused]
            sent = [profiles[place] for place in places]
            try:
                answer = self._call(
                    "add profiles",
                    "POST",
                    "/api/profile-bulk-import-jobs",
                    group="create jobs",
                    content=as_json(import_job(audience_id, sent)),
                )
            except RequestError as error:
                told = refused_rows(error, sent)
                if not told:
                    raise
                refused.update((places[row], reason) for row, reason in told.items())
                continue
            return Job(job_with(object_of(answer, NAME)["data"]["id"], refused))
        return Outcome({profiles[place].key: reason for place, reason in refused.items()})

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """Ask once after a job; None while it is at work.

        An import leaves alone the attributes that are null in it: they are cleared here, one
        profile after the other, once the job is complete.

        Args:
            job: what `add` returned, now or before a restart.
            audience_id: as in `add`.
            profiles: the same, in the same order.

        Raises:
            JobLostError: when Klaviyo cancelled or forgot it.
            PlatformError: when it can't be asked.
        """
        job_id, refused = job_of(job.job_id)
        path = f"/api/profile-bulk-import-jobs/{quote(job_id, safe='')}"
        answer = self._call("read a job", "GET", path, group="read jobs", expected=(200, 404))
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise JobLostError(f"{NAME} does not know the import job {job_id} any more.")
        attributes = object_of(answer, NAME)["data"]["attributes"]
        if attributes["status"] == "cancelled":
            raise JobLostError(f"{NAME} cancelled the import job {job_id}.")
        if attributes["status"] != "complete":
            return None
        rejected = {profiles[place].key: reason for place, reason in refused.items()}
        sent = [profile for place, profile in enumerate(profiles) if place not in refused]
        rejected |= self._rejected(path, sent, attributes.get("failed_count") or 0)
        confirmed = [profile for profile in sent if profile.key not in rejected]
        cleared = self._clear_attributes(confirmed)
        return Outcome({**rejected, **cleared.rejected}, cleared.platform_ids)

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Take profiles off a list; subscriptions and suppressions stay as they are.

        Args:
            audience_id: the list.
            profiles: at most `limits.removed`.

        Raises:
            PlatformError: when the call as a whole failed.
        """
        known = {profile.key: profile.platform_id for profile in profiles if profile.platform_id}
        found = self._ids_of(profile for profile in profiles if not profile.platform_id)
        try:
            self._remove_ids(audience_id, [*known.values(), *ids_in(found)])
        except RequestError as error:
            # An id that is no more, as after profiles were merged, has the whole call refused.
            if not known or error.status not in (400, 404, 409):
                raise
            found = self._ids_of(profiles)
            known = {}
            self._remove_ids(audience_id, list(ids_in(found)))
        return Outcome(
            platform_ids=known
            | {
                profile.key: found[profile.address][0]
                for profile in profiles
                if profile.address in found
            }
        )

    def member_count(self, audience_id: str) -> int | None:
        """Return how many profiles a list has; None when Klaviyo does not tell."""
        answer = self._call(
            "count the members of a list",
            "GET",
            list_path(audience_id),
            group="count members",
            params={"additional-fields[list]": "profile_count"},
        )
        count = object_of(answer, NAME)["data"]["attributes"].get("profile_count")
        return None if count is None else int(count)

    def members(self, audience_id: str) -> Iterator[str]:
        """Yield the addresses of a list's members, as Klaviyo writes them."""
        for profile in self._pages(
            "read the members of a list",
            f"{list_path(audience_id)}/profiles",
            group="read members",
            params={"fields[profile]": "email"},
        ):
            if address := profile["attributes"].get("email"):
                yield address

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield the addresses that the account writes to no more, as Klaviyo writes them.

        First those of suppressed profiles, the latest first. Nothing can be asked for by consent:
        after them, all profiles of the account are read, for those who withdrew consent and are
        not suppressed.

        Args:
            latest: whether the first page of suppressed profiles is enough.

        Raises:
            PlatformError: when it can't be asked.
        """
        seen: set[str] = set()
        suppressed = {
            "filter": f"greater-than({SUPPRESSED_AT},2000-01-01T00:00:00Z)",
            "sort": f"-{SUPPRESSED_AT}",
        }
        for params in (suppressed,) if latest else (suppressed, {"sort": "created"}):
            profiles = self._pages(
                "read suppressions",
                "/api/profiles",
                group="read profiles",
                params={
                    **params,
                    "additional-fields[profile]": "subscriptions",
                    "fields[profile]": "email,subscriptions",
                },
            )
            for profile in islice(profiles, PAGE) if latest else profiles:
                address = profile["attributes"].get("email")
                kind = kind_of(profile["attributes"].get("subscriptions"))
                if address and kind and profile["id"] not in seen:
                    seen.add(profile["id"])
                    yield Suppression(address, kind)

    def erase(self, profile: Profile) -> None:
        """Have everything of a person deleted; who is not there was deleted.

        Raises:
            PlatformError: when Klaviyo refuses.
        """
        self._call(
            "delete a profile",
            "POST",
            "/api/data-privacy-deletion-jobs",
            group="delete profiles",
            expected=(200, 202, 204, 404),
            content=as_json(
                resource(
                    "data-privacy-deletion-job",
                    {"profile": {"data": resource_of("profile", {"email": profile.address})}},
                )
            ),
        )

    def _rejected(
        self, job_path: str, profiles: Sequence[Profile], failed_count: int
    ) -> dict[str, str]:
        """Return the reasons of a job's rejected rows, by key.

        Klaviyo tells what was sent and where it stood, and promises neither. While a refused row is
        not known, none of the job can be called confirmed.
        """
        by_address = {profile.address: profile for profile in profiles}
        rejected: dict[str, str] = {}
        unknown = 0
        try:
            for error in self._pages(
                "read the errors of a job", f"{job_path}/import-errors", group="read import errors"
            ):
                told = error["attributes"]
                profile = by_address.get(normalized(address_in(told.get("original_payload"))))
                if not profile and (row := row_of(told)) is not None and row < len(profiles):
                    profile = profiles[row]
                if profile:
                    rejected.setdefault(profile.key, reason_of(told))
                else:
                    unknown += 1
        except RequestError as error:
            if error.status == httpx.codes.NOT_FOUND:
                raise JobLostError(f"{NAME} has forgotten the errors of an import job.") from None
            raise
        if unknown or (failed_count and not rejected):
            reason = f"{NAME} refused profiles of the job and did not say which"
            return {profile.key: rejected.get(profile.key, reason) for profile in profiles}
        return rejected

    def _clear_attributes(self, profiles: Sequence[Profile]) -> Outcome:
        """Clear the attributes that are null, of profiles that are there."""
        clearing = {profile.key: cleared_attributes(profile) for profile in profiles}
        concerned = [profile for profile in profiles if clearing[profile.key]]
        found = self._ids_of(concerned)
        rejected = {}
        for profile in concerned:
            for profile_id in found.get(profile.address, []):
                change = {**resource_of("profile", clearing[profile.key]), "id": profile_id}
                try:
                    self._call(
                        "clear attributes",
                        "PATCH",
                        f"/api/profiles/{quote(profile_id, safe='')}",
                        group="change profiles",
                        # Who was deleted since has no values either.
                        expected=(200, 404),
                        content=as_json({"data": change}),
                    )
                except RequestError as error:
                    told = errors_in(error) or [{}]
                    rejected[profile.key] = reason_of(told[0])
        return Outcome(
            rejected,
            {
                profile.key: found[profile.address][0]
                for profile in concerned
                if profile.address in found
            },
        )

    def _ids_of(self, profiles: Iterable[Profile]) -> dict[str, list[str]]:
        """Return Klaviyo's ids by address; whom it does not know is left out."""
        found: dict[str, list[str]] = {}
        for addresses in portions([profile.address for profile in profiles]):
            wanted = set(addresses)
            for profile in self._pages(
                "look up profiles",
                "/api/profiles",
                group="read profiles",
                params={"filter": email_filter(addresses), "fields[profile]": "email"},
            ):
                address = normalized(profile["attributes"].get("email"))
                if address in wanted:
                    found.setdefault(address, []).append(profile["id"])
        return found

    def _remove_ids(self, audience_id: str, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), LIMITS.removed):
            self._call(
                "remove profiles",
                "DELETE",
                f"{list_path(audience_id)}/relationships/profiles",
                group="remove members",
                content=as_json(
                    {
                        "data": [
                            {"type": "profile", "id": profile_id}
                            for profile_id in ids[start : start + LIMITS.removed]
                        ]
                    }
                ),
            )

    def _pages(
        self, what: str, path: str, *, group: str, params: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield what stands on all pages.

        Only the cursor is taken from the address of the next page: the key goes nowhere else.
        """
        asked = {**(params or {}), "page[size]": str(PAGE)}
        while True:
            answer = self._call(what, "GET", path, group=group, params=asked)
            page = object_of(answer, NAME)
            yield from page["data"]
            following = (page.get("links") or {}).get("next")
            cursors = parse_qs(urlsplit(following or "").query).get("page[cursor]")
            if not cursors:
                return
            asked["page[cursor]"] = cursors[0]

    def _call(self, what: str, method: str, url: str, **request: Any) -> httpx.Response:
        """Make a request; what Klaviyo says to one that it refuses is shown without addresses."""
        try:
            return self._api.call(what, method, url, **request)
        except RequestError as error:
            details = {str(told.get("detail", "")) for told in errors_in(error)} - {""}
            said = " ".join(sorted(without_addresses(detail) for detail in details)[:3])
            raise RequestError(f"{error} {said}".strip(), error.status, error.body) from None


def resource_of(kind: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a thing as Klaviyo writes things."""
    return {"type": kind, "attributes": attributes}


def resource(kind: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body that holds one thing."""
    return {"data": resource_of(kind, attributes)}


def list_path(audience_id: str) -> str:
    """Return where a list is."""
    return f"/api/lists/{quote(audience_id, safe='')}"


def import_job(audience_id: str, profiles: Sequence[Profile]) -> dict[str, Any]:
    """Return the body that has profiles imported into a list."""
    body = resource(
        "profile-bulk-import-job",
        {"profiles": {"data": [imported(profile) for profile in profiles]}},
    )
    body["data"]["relationships"] = {"lists": {"data": [{"type": "list", "id": audience_id}]}}
    return body


def imported(profile: Profile) -> dict[str, Any]:
    """Return a profile as an import job has it: nulls only as names of properties to unset.

    Raises:
        PlatformError: when a property is none that can be sent.
    """
    refuse_never_sent(profile.properties)
    attributes, properties = parted(profile.properties)
    present = {name: value for name, value in properties.items() if value is not None}
    unset = [name for name, value in properties.items() if value is None]
    content = {
        "email": profile.address,
        **nested({name: value for name, value in attributes.items() if value is not None}),
        **({"properties": present} if present else {}),
    }
    meta = {"meta": {"patch_properties": {"unset": unset}}} if unset else {}
    return {**resource_of("profile", content), **meta}


def cleared_attributes(profile: Profile) -> dict[str, Any]:
    """Return the attributes of a profile that are null; an empty mapping when none is."""
    attributes, _ = parted(profile.properties)
    return nested({name: value for name, value in attributes.items() if value is None})


def parted(values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return the values of Klaviyo's own attributes and those of custom properties."""
    attributes = {name: value for name, value in values.items() if is_attribute(name)}
    return attributes, {name: value for name, value in values.items() if name not in attributes}


def is_attribute(name: str) -> bool:
    """Return whether Klaviyo has an attribute for a property."""
    return name in ATTRIBUTES or (
        name.startswith(LOCATION) and name.removeprefix(LOCATION) in PLACES
    )


def nested(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Return attributes as texts, those of the location within it."""
    texts = {name: value if value is None else str(value) for name, value in attributes.items()}
    location = {
        name.removeprefix(LOCATION): value
        for name, value in texts.items()
        if name.startswith(LOCATION)
    }
    others = {name: value for name, value in texts.items() if not name.startswith(LOCATION)}
    return {**others, **({"location": location} if location else {})}


def refuse_never_sent(names: Iterable[str]) -> None:
    """Refuse names by which Klaviyo knows a profile or its consent.

    Raises:
        PlatformError: naming them.
    """
    refused = sorted(name for name in names if name in NEVER_SENT or name.startswith("$"))
    if refused:
        raise PlatformError(
            f"{', '.join(refused)} can't be sent to {NAME} as properties: by such names it "
            "identifies profiles, and merges them, or keeps consent. Give them other names."
        )


def email_filter(addresses: Iterable[str]) -> str:
    """Return the filter for profiles with one of some addresses."""
    return f"any(email,{json.dumps(list(addresses), ensure_ascii=False, separators=(',', ':'))})"


def portions(addresses: Sequence[str]) -> Iterator[list[str]]:
    """Yield addresses in portions that fit on a page, and their filter into an address."""
    portion: list[str] = []
    length = 0
    for address in addresses:
        # Quotes and a comma, each three characters in an address.
        more = len(quote(address, safe="")) + 9
        if portion and (len(portion) == PAGE or length + more > LONGEST_FILTER):
            yield portion
            portion, length = [], 0
        portion.append(address)
        length += more
    if portion:
        yield portion


def ids_in(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield all ids that were found."""
    for ids in found.values():
        yield from ids


def normalized(address: str | None) -> str:
    """Return an address as ours are written."""
    return (address or "").strip().lower()


def address_in(payload: Any) -> str | None:
    """Return the address in what was sent of a row, which stands bare or as a profile."""
    for content in (payload, within(payload, "attributes"), within(payload, "data", "attributes")):
        if isinstance(address := within(content, "email"), str):
            return address
    return None


def within(content: Any, *names: str) -> Any:
    """Return what stands under names, one within the other; None when it is not there."""
    for name in names:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def row_of(told: Mapping[str, Any]) -> int | None:
    """Return at which place of a job the row stood that an error points to."""
    found = ROW.search(str(within(told, "source", "pointer") or ""))
    return int(found[1]) if found else None


def reason_of(told: Mapping[str, Any]) -> str:
    """Return why a row was refused, without its address."""
    said = str(told.get("detail") or told.get("title") or told.get("code") or "no reason given")
    return without_addresses(said)


def errors_in(error: RequestError) -> list[dict[str, Any]]:
    """Return the errors that Klaviyo answered with."""
    try:
        told = within(json.loads(error.body), "errors")
    except ValueError:
        return []
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def refused_rows(error: RequestError, profiles: Sequence[Profile]) -> dict[int, str]:
    """Return the reasons by place of the rows for which a job was refused.

    It is empty when the job was refused for anything else as well.
    """
    rows: dict[int, str] = {}
    for told in errors_in(error):
        row = row_of(told)
        if row is None or row >= len(profiles):
            return {}
        rows.setdefault(row, reason_of(told))
    return rows


def job_with(job_id: str, refused: Mapping[int, str]) -> str:
    """Return a job's id, with it the rows that were left out of the job and why."""
    return json.dumps({"id": job_id, "refused": refused}) if refused else job_id


def job_of(text: str) -> tuple[str, dict[int, str]]:
    """Return a job's id and the rows that were left out of it."""
    if not text.startswith("{"):
        return text, {}
    read = json.loads(text)
    return read["id"], {int(place): reason for place, reason in read["refused"].items()}


def kind_of(subscriptions: Any) -> SuppressionKind | None:
    """Return why a profile gets no emails; None when it does, as far as it is told."""
    marketing = within(subscriptions, "email", "marketing") or {}
    kinds = {
        KINDS.get(each["reason"], SuppressionKind.SUPPRESSED)
        for each in marketing.get("suppression") or []
    }
    if marketing.get("consent") == "UNSUBSCRIBED":
        kinds.add(SuppressionKind.UNSUBSCRIBED)
    if marketing.get("can_receive_email_marketing") is False and not kinds:
        kinds.add(SuppressionKind.SUPPRESSED)
    return next((kind for kind in GRAVEST_FIRST if kind in kinds), None)
