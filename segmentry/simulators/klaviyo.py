"""A simulator of Klaviyo."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from segmentry.simulators.server import Answer, Rate, Request, Simulator, operation

REVISION = "2026-07-15"
JOB_BYTES = 5_000_000
PROFILE_BYTES = 100_000
DEFAULT_PAGE = 20
KEPT_READINGS = 50
SUPPRESSED_AT = "subscriptions.email.marketing.suppression.timestamp"
ANY_EMAIL = re.compile(r"any\(email,(\[.*\])\)", re.DOTALL)

WRITES = [Rate(10, 1), Rate(150, 60)]
READS = [Rate(75, 1), Rate(750, 60)]


@dataclass
class SimulatedProfile:
    """A profile.

    Attributes:
        profile_id: what Klaviyo calls it.
        email: in the letter case in which it came first.
        attributes: Klaviyo's own, without those of the location.
        location: by the names within it.
        properties: custom ones.
        suppressions: when by reason.
        consent: to email marketing.
    """

    profile_id: str
    email: str
    attributes: dict[str, Any] = field(default_factory=dict)
    location: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    suppressions: dict[str, datetime] = field(default_factory=dict)
    consent: str = "NEVER_SUBSCRIBED"

    @property
    def address(self) -> str:
        """The email as it is compared."""
        return self.email.strip().lower()

    @property
    def suppressed_at(self) -> datetime:
        """When it was last suppressed, of one that is."""
        return max(self.suppressions.values())


@dataclass
class ImportJob:
    """An import job.

    Attributes:
        job_id: what Klaviyo calls it.
        profiles: as they were sent.
        list_id: where they become members.
        polls: how often it was asked after.
        status: queued, processing, complete or cancelled.
        errors: of the rows that were refused.
    """

    job_id: str
    profiles: list[dict[str, Any]]
    list_id: str
    polls: int = 0
    status: str = "queued"
    errors: list[dict[str, Any]] = field(default_factory=list)


class KlaviyoSimulator(Simulator):
    """An account of Klaviyo.

    Attributes:
        api_key: the one key that is taken.
        polls_until_complete: the poll that finds a job complete: it is applied then.
        stuck_jobs: whether jobs never end.
        cancel_next_job: whether the next job that is created is cancelled.
        refused: reasons by address; the row becomes an import error of its job.
        refused_at_once: reasons by address for which a job as a whole is refused.
        errors_have_payloads: whether import errors hold what was sent.
        errors_have_pointers: whether import errors say where it stood.
    """

    name: ClassVar[str] = "klaviyo"
    rates: ClassVar[Mapping[str, list[Rate]]] = {
        "create jobs": WRITES,
        "read jobs": WRITES,
        "read import errors": WRITES,
        "read profiles": READS,
        "change profiles": READS,
        "read lists": READS,
        "count members": [Rate(1, 1), Rate(15, 60)],
        "read members": READS,
        "remove members": WRITES,
        "delete profiles": [Rate(3, 1), Rate(60, 60)],
    }

    def __init__(self, checks_contract: bool = True) -> None:
        """Start nothing yet, with an account that is empty.

        Args:
            checks_contract: whether requests are held against the contract, which takes time.
        """
        super().__init__(checks_contract)
        self.api_key = "pk_simulated"
        self.polls_until_complete = 2
        self.stuck_jobs = False
        self.cancel_next_job = False
        self.refused_at_once: dict[str, str] = {}
        self.errors_have_payloads = True
        self.errors_have_pointers = True
        self._profiles: dict[str, SimulatedProfile] = {}
        self._ids: dict[str, str] = {}
        self._lists: dict[str, str] = {}
        self._members: dict[str, dict[str, None]] = {}
        self._jobs: dict[str, ImportJob] = {}
        self._readings: dict[int, list[Any]] = {}
        self._count = 0
        self._now = datetime(2026, 7, 15, tzinfo=UTC)

    # What tests bring about and look at.

    def add_list(self, name: str) -> str:
        """Make a list, and return its id."""
        with self.lock:
            list_id = self._new_id("L")
            self._lists[list_id] = name
            self._members[list_id] = {}
            return list_id

    def add_profile(self, email: str, list_id: str | None = None) -> str:
        """Have a profile in this letter case, a member of a list or not, and return its id."""
        with self.lock:
            profile = self._profile_with(email)
            if list_id:
                self._members[list_id][profile.profile_id] = None
            return profile.profile_id

    def suppress(self, address: str, reason: str = "USER_SUPPRESSED") -> None:
        """Have an address suppressed, known or not."""
        with self.lock:
            self._profile_with(address).suppressions[reason] = self._tick()

    def unsubscribe(self, address: str, suppresses: bool = True) -> None:
        """Have somebody withdraw their consent.

        Args:
            address: whose.
            suppresses: whether they become suppressed, as Klaviyo does it by default.
        """
        with self.lock:
            self._profile_with(address).consent = "UNSUBSCRIBED"
            if suppresses:
                self.suppress(address, "UNSUBSCRIBE")

    def forget_jobs(self) -> None:
        """Forget all jobs; what was not complete is never applied."""
        with self.lock:
            self._jobs.clear()

    def replace_id(self, address: str) -> str:
        """Give a profile another id, as a merge does, and return it."""
        with self.lock:
            old = self._ids[address]
            profile = self._profiles.pop(old)
            profile.profile_id = self._new_id("P")
            self._profiles[profile.profile_id] = profile
            self._ids[address] = profile.profile_id
            for members in self._members.values():
                if old in members:
                    del members[old]
                    members[profile.profile_id] = None
            return profile.profile_id

    def members_of(self, list_id: str) -> set[str]:
        """Return the addresses of a list's members, in lower case."""
        with self.lock:
            return {self._profiles[member].address for member in self._members[list_id]}

    def profile_of(self, address: str) -> SimulatedProfile | None:
        """Return the profile with an address, in whatever letter case; None without one."""
        with self.lock:
            profile_id = self._ids.get(address.strip().lower())
            return self._profiles[profile_id] if profile_id else None

    # What the platform does.

    def unauthorized(self, request: Request) -> Answer | None:
        """Refuse another key than the account's, and another revision than the tested one."""
        if request.headers.get("authorization") != f"Klaviyo-API-Key {self.api_key}":
            return refusal(401, "not_authenticated", "The key is missing or wrong.")
        if request.headers.get("revision") != REVISION:
            return refusal(400, "invalid", f"The revision must be {REVISION}.")
        return None

    def too_many(self, headers: Mapping[str, str]) -> Answer:
        """Refuse a request beyond the limits."""
        return Answer(429, refusal(429, "throttled", "Too many requests.").content, headers)

    @operation("POST", "/api/profile-bulk-import-jobs", group="create jobs", writes=True)
    def create_import_job(self, request: Request) -> Answer:
        """Take an import job, or refuse it as a whole."""
        if len(request.body) > JOB_BYTES:
            return refusal(413, "too_large", "The body has more than 5 MB.")
        data = request.content["data"]
        profiles = data["attributes"]["profiles"]["data"]
        list_id = data["relationships"]["lists"]["data"][0]["id"]
        if list_id not in self._lists:
            return refusal(400, "invalid", f"There is no list {list_id}.")
        if errors := self._errors_at_once(profiles):
            return Answer(400, {"errors": errors})
        job = ImportJob(self._new_id("J"), profiles, list_id)
        if self.cancel_next_job:
            self.cancel_next_job = False
            job.status = "cancelled"
        self._jobs[job.job_id] = job
        return Answer(202, {"data": self._job_resource(job)})

    @operation("GET", "/api/profile-bulk-import-jobs/{job_id}", group="read jobs")
    def get_import_job(self, request: Request) -> Answer:
        """Tell how far a job is; it goes on by that."""
        job = self._jobs.get(request.parts["job_id"])
        if not job:
            return refusal(404, "not_found", "There is no such job.")
        if job.status in ("queued", "processing"):
            job.polls += 1
            if not self.stuck_jobs and job.polls >= self.polls_until_complete:
                self._complete(job)
            elif job.polls > 1:
                job.status = "processing"
        return Answer(200, {"data": self._job_resource(job)})

    @operation(
        "GET", "/api/profile-bulk-import-jobs/{job_id}/import-errors", group="read import errors"
    )
    def get_import_errors(self, request: Request) -> Answer:
        """Tell which rows of a job were refused."""
        job = self._jobs.get(request.parts["job_id"])
        if not job:
            return refusal(404, "not_found", "There is no such job.")
        return self._page(request, lambda: job.errors, lambda error: error)

    @operation("GET", "/api/profiles", group="read profiles")
    def get_profiles(self, request: Request) -> Answer:
        """Look up profiles by address, list the suppressed ones, or list all."""
        wanted = request.query.get("filter", [""])[0]

        def found() -> list[SimulatedProfile]:
            if by_email := ANY_EMAIL.fullmatch(wanted):
                known = (self.profile_of(address) for address in json.loads(by_email[1]))
                return [profile for profile in known if profile]
            if SUPPRESSED_AT in wanted:
                suppressed = [each for each in self._profiles.values() if each.suppressions]
                return sorted(suppressed, key=lambda each: each.suppressed_at, reverse=True)
            return list(self._profiles.values())

        with_subscriptions = "additional-fields[profile]" in request.query
        return self._page(
            request, found, lambda profile: self._profile_resource(profile, with_subscriptions)
        )

    @operation("PATCH", "/api/profiles/{profile_id}", group="change profiles", writes=True)
    def update_profile(self, request: Request) -> Answer:
        """Change attributes; null clears them."""
        profile = self._profiles.get(request.parts["profile_id"])
        if not profile:
            return refusal(404, "not_found", "There is no such profile.")
        if reason := self.refused.get(profile.address):
            return refusal(400, "invalid", reason)
        change = dict(request.content["data"]["attributes"])
        for name, value in change.pop("location", {}).items():
            put(profile.location, name, value)
        for name, value in change.items():
            put(profile.attributes, name, value)
        return Answer(200, {"data": self._profile_resource(profile, False)})

    @operation("GET", "/api/lists/{list_id}", group="read lists")
    def get_list(self, request: Request) -> Answer:
        """Describe a list; with its count, for which there is a limit of its own."""
        list_id = request.parts["list_id"]
        attributes: dict[str, Any] = {"name": self._lists.get(list_id)}
        if "additional-fields[list]" in request.query:
            if seconds := self._seconds_too_early("count members"):
                return self.too_many({"Retry-After": f"{seconds:.3f}"})
            attributes["profile_count"] = len(self._members.get(list_id, {}))
        if list_id not in self._lists:
            return refusal(404, "not_found", "There is no such list.")
        return Answer(200, {"data": self._resource("list", list_id, attributes)})

    @operation("GET", "/api/lists/{list_id}/profiles", group="read members")
    def get_list_profiles(self, request: Request) -> Answer:
        """List the members of a list."""
        members = self._members.get(request.parts["list_id"])
        if members is None:
            return refusal(404, "not_found", "There is no such list.")
        return self._page(
            request,
            lambda: [self._profiles[member] for member in members],
            lambda profile: self._profile_resource(profile, False),
        )

    @operation(
        "DELETE",
        "/api/lists/{list_id}/relationships/profiles",
        group="remove members",
        writes=True,
    )
    def remove_list_profiles(self, request: Request) -> Answer:
        """Take profiles off a list; an id that is not known has the whole request refused."""
        members = self._members.get(request.parts["list_id"])
        if members is None:
            return refusal(404, "not_found", "There is no such list.")
        ids = [each["id"] for each in request.content["data"]]
        if any(each not in self._profiles for each in ids):
            return refusal(404, "not_found", "There is no such profile.")
        for each in ids:
            members.pop(each, None)
        return Answer(204)

    @operation("POST", "/api/data-privacy-deletion-jobs", group="delete profiles", writes=True)
    def create_deletion_job(self, request: Request) -> Answer:
        """Delete a profile, at once."""
        content = request.content["data"]["attributes"]["profile"]["data"]["attributes"]
        profile = self.profile_of(content["email"])
        if not profile:
            return refusal(404, "not_found", "There is no such profile.")
        del self._profiles[profile.profile_id]
        del self._ids[profile.address]
        for members in self._members.values():
            members.pop(profile.profile_id, None)
        return Answer(202)

    def _errors_at_once(self, profiles: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the errors for which a job is not taken at all."""
        errors = []
        for row, profile in enumerate(profiles):
            address = profile["attributes"]["email"].strip().lower()
            reason = self.refused_at_once.get(address)
            if len(json.dumps(profile)) > PROFILE_BYTES:
                reason = "The profile has more than 100 KB."
            if reason:
                errors.append({**error_of("invalid", reason), "source": {"pointer": pointer(row)}})
        return errors

    def _complete(self, job: ImportJob) -> None:
        """Apply a job but for the rows that are refused."""
        for row, sent in enumerate(job.profiles):
            attributes = sent["attributes"]
            reason = self.refused.get(attributes["email"].strip().lower())
            if reason:
                job.errors.append(self._import_error(row, attributes, reason))
                continue
            profile = self._profile_with(attributes["email"])
            self._apply(profile, sent)
            self._members[job.list_id][profile.profile_id] = None
        job.status = "complete"

    def _import_error(self, row: int, sent: dict[str, Any], reason: str) -> dict[str, Any]:
        attributes = {
            "code": "invalid",
            "title": "Invalid input.",
            "detail": reason,
            "source": {"pointer": pointer(row) if self.errors_have_pointers else "/data"},
            "original_payload": sent if self.errors_have_payloads else None,
        }
        return self._resource("import-error", self._new_id("E"), attributes)

    def _apply(self, profile: SimulatedProfile, sent: dict[str, Any]) -> None:
        """Write the values of a row that are not null, and unset the properties that it names."""
        attributes = dict(sent["attributes"])
        del attributes["email"]
        profile.location |= without_nulls(attributes.pop("location", None) or {})
        profile.properties |= without_nulls(attributes.pop("properties", None) or {})
        profile.attributes |= without_nulls(attributes)
        for name in sent.get("meta", {}).get("patch_properties", {}).get("unset", []):
            profile.properties.pop(name, None)

    def _profile_with(self, email: str) -> SimulatedProfile:
        """Return the profile with an email, made if it is not there."""
        address = email.strip().lower()
        if address not in self._ids:
            profile = SimulatedProfile(self._new_id("P"), email.strip())
            self._ids[address] = profile.profile_id
            self._profiles[profile.profile_id] = profile
        return self._profiles[self._ids[address]]

    def _page(
        self, request: Request, items: Callable[[], list[Any]], written: Callable[[Any], Any]
    ) -> Answer:
        """Return a page of what was there when the first one was asked for.

        Args:
            request: names the page's size and, but for the first, its cursor.
            items: returns all of them.
            written: returns one as it is answered.
        """
        query = request.query
        size = int(query.get("page[size]", [str(DEFAULT_PAGE)])[0])
        cursor = query.get("page[cursor]", [""])[0]
        if cursor:
            reading, start = (int(number) for number in cursor.split("."))
            if reading not in self._readings:
                return refusal(400, "invalid", "The cursor is not known.")
            found = self._readings[reading]
        else:
            self._count += 1
            reading, start, found = self._count, 0, list(items())
        links = {"self": request.url}
        if start + size < len(found):
            self._readings[reading] = found
            if len(self._readings) > KEPT_READINGS:
                del self._readings[next(iter(self._readings))]
            cursor = f"{reading}.{start + size}"
            links["next"] = f"{self.base_url}{request.path}?page%5Bcursor%5D={cursor}"
        else:
            self._readings.pop(reading, None)
        return Answer(
            200, {"data": [written(each) for each in found[start : start + size]], "links": links}
        )

    def _job_resource(self, job: ImportJob) -> dict[str, Any]:
        done = len(job.profiles) if job.status == "complete" else 0
        return self._resource(
            "profile-bulk-import-job",
            job.job_id,
            {
                "status": job.status,
                "created_at": self._now.isoformat(),
                "total_count": len(job.profiles),
                "completed_count": done - len(job.errors),
                "failed_count": len(job.errors),
            },
        )

    def _profile_resource(
        self, profile: SimulatedProfile, with_subscriptions: bool
    ) -> dict[str, Any]:
        attributes: dict[str, Any] = {"email": profile.email}
        if with_subscriptions:
            attributes["subscriptions"] = {
                "email": {
                    "marketing": {
                        "can_receive_email_marketing": not profile.suppressions,
                        "consent": profile.consent,
                        "suppression": [
                            {"reason": reason, "timestamp": moment.isoformat()}
                            for reason, moment in profile.suppressions.items()
                        ],
                    }
                }
            }
        return self._resource("profile", profile.profile_id, attributes)

    def _resource(self, kind: str, identity: str, attributes: dict[str, Any]) -> dict[str, Any]:
        links = {"self": f"{self.base_url}/api/{kind}s/{identity}"}
        return {"type": kind, "id": identity, "attributes": attributes, "links": links}

    def _new_id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count:08d}"

    def _tick(self) -> datetime:
        """Return a moment after all before."""
        self._now += timedelta(seconds=1)
        return self._now


def put(values: dict[str, Any], name: str, value: Any) -> None:
    """Write a value; null takes it away."""
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are not null."""
    return {name: value for name, value in values.items() if value is not None}


def pointer(row: int) -> str:
    """Return how an error points to the address of a job's row."""
    return f"/data/attributes/profiles/data/{row}/attributes/email"


def error_of(code: str, detail: str) -> dict[str, Any]:
    """Return an error as Klaviyo writes it."""
    return {"id": code, "code": code, "title": code, "detail": detail}


def refusal(status: int, code: str, detail: str) -> Answer:
    """Return the answer to a request that is refused."""
    return Answer(status, {"errors": [error_of(code, detail)]})
