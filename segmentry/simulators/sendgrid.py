"""SendGrid Marketing on loopback: contacts, lists, custom fields, imports and suppressions."""

import csv
import io
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from segmentry.simulators.server import Answer, Rate, Request, Simulator, operation

API_KEY = "SG.simulated.key"
MOST_BYTES = 6_000_000
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# What anybody's account has: name, type, and whether SendGrid alone fills it.
RESERVED = (
    ("first_name", "Text", False),
    ("last_name", "Text", False),
    ("email", "Text", False),
    ("alternate_emails", "Text", False),
    ("address_line_1", "Text", False),
    ("address_line_2", "Text", False),
    ("city", "Text", False),
    ("state_province_region", "Text", False),
    ("postal_code", "Text", False),
    ("country", "Text", False),
    ("phone_number", "Text", False),
    ("last_opened", "Date", True),
    ("created_at", "Date", True),
    ("contact_id", "Text", True),
)

# The listing that an address stands in, by why it may not be written to.
LISTINGS = {
    "unsubscribed": "unsubscribes",
    "bounced": "bounces",
    "complained": "spam_reports",
    "suppressed": "invalid_emails",
}


@dataclass
class Contact:
    """Somebody whom the account knows.

    Attributes:
        contact_id: what SendGrid calls them.
        email: in lower case.
        fields: values of the fields that everybody has.
        custom: values by the ids of custom fields.
        list_ids: where they are a member.
        created_at: in ISO 8601.
        updated_at: in ISO 8601.
    """

    contact_id: str
    email: str
    created_at: str
    updated_at: str
    fields: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    list_ids: set[str] = field(default_factory=set)


@dataclass
class Import:
    """Contacts that were taken and not written yet.

    Attributes:
        job_id: what to ask for.
        content: what was sent.
        polls_left: how often it is still pending.
        status: as SendGrid tells it.
        results: counts and, of a job with errors, where their file lies.
        started_at: in ISO 8601.
        errors: the file.
    """

    job_id: str
    content: dict[str, Any]
    polls_left: int
    status: str = "pending"
    results: dict[str, Any] = field(default_factory=dict)
    started_at: str = ""
    errors: bytes = b""


class SendGridSimulator(Simulator):
    """One account of SendGrid Marketing.

    Contacts appear when their job is asked for and done, and jobs are done in the order in which
    they came.
    """

    name: ClassVar[str] = "sendgrid"
    # SendGrid tells its limits with each answer and publishes no numbers. These are assumed.
    rates: ClassVar[Mapping[str, list[Rate]]] = {
        "contacts": [Rate(3, 2)],
        "reads": [Rate(600, 60)],
        "lists": [Rate(600, 60)],
        "suppressions": [Rate(600, 60)],
        "files": [Rate(600, 60)],
    }

    def __init__(self, checks_contract: bool = True, api_key: str = API_KEY) -> None:
        """Start nothing yet.

        Args:
            checks_contract: whether requests are held against the contract, which takes time.
            api_key: the only one that is let in.
        """
        super().__init__(checks_contract)
        self.api_key = api_key
        # How often a job is pending before it is done.
        self.polls = 1
        # Whether jobs stay pending for ever.
        self.stuck_jobs = False
        # How many searches still see who was removed or deleted.
        self.late_searches = 0
        # Whether links to files of errors have run out.
        self.hides_errors = False
        # How many rows a file of errors has at most.
        self.most_errors: int | None = None
        self.contacts: dict[str, Contact] = {}
        self.lists: dict[str, str] = {}
        # Names and types of custom fields by id.
        self.custom_fields: dict[str, tuple[str, str]] = {}
        self._emails: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._imports: dict[str, Import] = {}
        self._cancels_next = False
        self._late: list[tuple[int, Callable[[], None]]] = []
        self._suppressed: dict[str, list[tuple[int, str]]] = {
            listing: [] for listing in LISTINGS.values()
        }

    def add_list(self, name: str) -> str:
        """Make a list and return its id."""
        with self.lock:
            list_id = str(uuid.uuid4())
            self.lists[list_id] = name
            self._members[list_id] = set()
            return list_id

    def add_field(self, name: str, kind: str) -> str:
        """Make a custom field of type `Text`, `Number` or `Date`, and return its id."""
        with self.lock:
            field_id = f"e{len(self.custom_fields) + 1}_{kind[0]}"
            self.custom_fields[field_id] = (name, kind)
            return field_id

    def add_contact(self, address: str, list_id: str | None = None) -> str:
        """Add a contact that somebody else brought, and return its id."""
        with self.lock:
            contact, _ = self._contact_of(address, _now())
            if list_id:
                self._join(contact, list_id)
            return contact.contact_id

    def renew_id(self, address: str) -> str:
        """Give a contact another id, as after it was deleted and came back, and return it."""
        with self.lock:
            contact = self.contacts.pop(address.lower())
            del self._emails[contact.contact_id]
            contact.contact_id = str(uuid.uuid4())
            self.contacts[contact.email] = contact
            self._emails[contact.contact_id] = contact.email
            return contact.contact_id

    def suppress(self, address: str, kind: str) -> None:
        """Write to an address no more; it is still a contact.

        Args:
            address: as somebody wrote it.
            kind: `unsubscribed`, `bounced`, `complained` or `suppressed`.
        """
        with self.lock:
            self._suppressed[LISTINGS[kind]].insert(0, (int(time.time()), address))

    def cancel_next_job(self) -> None:
        """Have the next import fail as a whole."""
        self._cancels_next = True

    def forget_jobs(self) -> None:
        """Forget all imports; what was not done never will be."""
        with self.lock:
            self._imports.clear()

    def members_of(self, list_id: str) -> set[str]:
        """Return the addresses on a list, in lower case."""
        with self.lock:
            return set(self._members[list_id])

    def profile_of(self, address: str) -> dict[str, Any] | None:
        """Return the values of a contact by the names of fields; None when it is not there."""
        with self.lock:
            contact = self.contacts.get(address.lower())
            return {**contact.fields, **self._named(contact)} if contact else None

    def suppressed(self) -> dict[str, set[str]]:
        """Return who may not be written to, by listing."""
        with self.lock:
            return {
                listing: {address for _, address in entries}
                for listing, entries in self._suppressed.items()
            }

    def unauthorized(self, request: Request) -> Answer | None:
        """Let in who has the key; a file of errors is there for whoever has its link."""
        if request.path.startswith("/files/"):
            return None
        if request.headers.get("authorization") == f"Bearer {self.api_key}":
            return None
        return _refusal(401, "authorization required")

    def too_many(self, headers: Mapping[str, str]) -> Answer:
        """Tell the end of the period as a Unix timestamp, and nothing of how long to wait."""
        seconds = float(headers["Retry-After"])
        told = {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(int(time.time() + seconds) + 1),
        }
        return Answer(429, {"errors": [{"field": None, "message": "too many requests"}]}, told)

    @operation("PUT", "/v3/marketing/contacts", group="contacts", writes=True)
    def add_contacts(self, request: Request) -> Answer:
        """Take contacts for a job."""
        if len(request.body) > MOST_BYTES:
            return _refusal(413, "the body has more than 6 MB")
        content = request.content
        if any(list_id not in self.lists for list_id in content["list_ids"]):
            return _refusal(404, "list not found")
        for place, contact in enumerate(content["contacts"]):
            for field_id, value in contact.get("custom_fields", {}).items():
                if complaint := self._complaint_of_value(field_id, value):
                    return _refusal(400, complaint, f"contacts[{place}].custom_fields")
        job = Import(str(uuid.uuid4()), content, self.polls, started_at=_now())
        if self._cancels_next:
            self._cancels_next = False
            job.status = "failed"
            job.results = {"requested_count": len(content["contacts"])}
        self._imports[job.job_id] = job
        return Answer(202, {"job_id": job.job_id})

    @operation("GET", "/v3/marketing/contacts/imports/{id}", group="reads")
    def get_import(self, request: Request) -> Answer:
        """Tell how far a job is."""
        job = self._imports.get(request.parts["id"])
        if not job:
            return _refusal(404, "job not found")
        if job.status == "pending" and not self.stuck_jobs:
            if job.polls_left:
                job.polls_left -= 1
            else:
                self._do_until(job)
        told = {
            "id": job.job_id,
            "status": job.status,
            "job_type": "upsert_contacts",
            "results": job.results,
            "started_at": job.started_at,
        }
        return Answer(200, told if job.status == "pending" else {**told, "finished_at": _now()})

    @operation("GET", "/files/{id}", group="files")
    def read_errors(self, request: Request) -> Answer:
        """Show a job's file of errors."""
        job = self._imports.get(request.parts["id"])
        if not job or self.hides_errors:
            return Answer(403, b"<Error>Request has expired</Error>")
        return Answer(200, job.errors, {"Content-Type": "text/csv"})

    @operation("POST", "/v3/marketing/contacts/search/emails", group="reads")
    def search_emails(self, request: Request) -> Answer:
        """Look contacts up."""
        self._do_late()
        emails = [email.lower() for email in request.content["emails"]]
        if not all(ADDRESS.fullmatch(email) for email in emails):
            return _refusal(400, "one of the addresses is not valid", "emails")
        if not any(email in self.contacts for email in emails):
            return _refusal(404, "no contacts were found")
        result: dict[str, dict[str, Any]] = {
            email: {"contact": self._shown(self.contacts[email])}
            if email in self.contacts
            else {"error": "contact not found"}
            for email in emails
        }
        return Answer(200, {"result": result})

    @operation("DELETE", "/v3/marketing/contacts", group="contacts", writes=True)
    def delete_contacts(self, request: Request) -> Answer:
        """Delete contacts."""
        ids = request.query["ids"][0].split(",")
        self._do_later(lambda: self._delete(ids))
        return Answer(202, {"job_id": str(uuid.uuid4())})

    @operation("GET", "/v3/marketing/field_definitions", group="reads")
    def list_fields(self, request: Request) -> Answer:
        """List the fields."""
        custom = [
            {"id": field_id, "name": name, "field_type": kind}
            for field_id, (name, kind) in self.custom_fields.items()
        ]
        reserved = [
            {"id": f"_rf{place}_{kind[0]}", "name": name, "field_type": kind, "read_only": own}
            for place, (name, kind, own) in enumerate(RESERVED)
        ]
        return Answer(200, {"custom_fields": custom, "reserved_fields": reserved})

    @operation("GET", "/v3/marketing/lists/{id}", group="reads")
    def get_list(self, request: Request) -> Answer:
        """Tell of a list."""
        list_id = request.parts["id"]
        if list_id not in self.lists:
            return _refusal(404, "list not found")
        count = len(self._members[list_id])
        return Answer(200, {"id": list_id, "name": self.lists[list_id], "contact_count": count})

    @operation("DELETE", "/v3/marketing/lists/{id}/contacts", group="lists", writes=True)
    def remove_from_list(self, request: Request) -> Answer:
        """Take contacts off a list."""
        list_id = request.parts["id"]
        ids = request.query["contact_ids"][0].split(",")
        if list_id not in self.lists or any(one not in self._emails for one in ids):
            return _refusal(404, "the list or one of the contacts was not found")
        self._do_later(lambda: self._leave(list_id, ids))
        return Answer(202, {"job_id": str(uuid.uuid4())})

    @operation("GET", "/v3/suppression/unsubscribes", group="suppressions")
    def list_unsubscribes(self, request: Request) -> Answer:
        """List who wants no email."""
        return self._page("unsubscribes", request)

    @operation("GET", "/v3/suppression/bounces", group="suppressions")
    def list_bounces(self, request: Request) -> Answer:
        """List addresses that emails came back from."""
        return self._page("bounces", request)

    @operation("GET", "/v3/suppression/spam_reports", group="suppressions")
    def list_spam_reports(self, request: Request) -> Answer:
        """List who called an email spam."""
        return self._page("spam_reports", request)

    @operation("GET", "/v3/suppression/invalid_emails", group="suppressions")
    def list_invalid_emails(self, request: Request) -> Answer:
        """List addresses that can't be written to."""
        return self._page("invalid_emails", request)

    def _page(self, listing: str, request: Request) -> Answer:
        limit, offset = (int(request.query[name][0]) for name in ("limit", "offset"))
        since = int(request.query.get("start_time", ["0"])[0])
        listed = [entry for entry in self._suppressed[listing] if entry[0] >= since]
        entries = listed[offset : offset + limit]
        return Answer(200, [{"created": moment, "email": address} for moment, address in entries])

    def _complaint_of_value(self, field_id: str, value: Any) -> str | None:
        """Return why a custom field does not take a value, for which all of a body is refused."""
        if field_id not in self.custom_fields:
            return f"invalid custom field ids supplied - {field_id}"
        _, kind = self.custom_fields[field_id]
        if value is None:
            return f'custom field "{field_id}" cannot be null'
        if kind == "Number" and isinstance(value, str):
            return f'custom field "{field_id}" is not a number'
        if kind == "Text" and not isinstance(value, str):
            return f'custom field "{field_id}" is not a text'
        if kind == "Date" and not _is_moment(value):
            return f'custom field "{field_id}" is not a date'
        return None

    def _do_until(self, last: Import) -> None:
        """Do all jobs that wait, up to one."""
        for job in self._imports.values():
            if job.status == "pending":
                self._do(job)
            if job is last:
                return

    def _do(self, job: Import) -> None:
        now = _now()
        refused = {address.lower(): why for address, why in self.refused.items()}
        errors: list[tuple[str, str]] = []
        created = 0
        contacts = job.content["contacts"]
        for sent in contacts:
            email = sent["email"].lower()
            why = refused.get(email) or ("" if ADDRESS.fullmatch(email) else "invalid email")
            if why:
                errors.append((sent["email"], why))
                continue
            contact, is_new = self._contact_of(email, now)
            created += is_new
            contact.updated_at = now
            for name, value in sent.items():
                if name == "custom_fields":
                    contact.custom.update(value)
                elif name != "email":
                    contact.fields[name] = value
            for list_id in job.content["list_ids"]:
                self._join(contact, list_id)
        job.results = {
            "requested_count": len(contacts),
            "created_count": created,
            "updated_count": len(contacts) - len(errors) - created,
            "errored_count": len(errors),
        }
        job.status = "completed"
        if errors:
            job.status = "failed" if len(errors) == len(contacts) else "errored"
            job.results["errors_url"] = f"{self.base_url}/files/{job.job_id}"
            job.errors = _file_of(errors[: self.most_errors])

    def _contact_of(self, address: str, now: str) -> tuple[Contact, bool]:
        """Return the contact of an address and whether it is new."""
        email = address.lower()
        if known := self.contacts.get(email):
            return known, False
        contact = Contact(str(uuid.uuid4()), email, now, now)
        self.contacts[email] = contact
        self._emails[contact.contact_id] = email
        return contact, True

    def _join(self, contact: Contact, list_id: str) -> None:
        contact.list_ids.add(list_id)
        self._members[list_id].add(contact.email)

    def _leave(self, list_id: str, ids: list[str]) -> None:
        for contact_id in ids:
            if email := self._emails.get(contact_id):
                self.contacts[email].list_ids.discard(list_id)
                self._members[list_id].discard(email)

    def _delete(self, ids: list[str]) -> None:
        for contact_id in ids:
            if email := self._emails.pop(contact_id, None):
                for list_id in self.contacts.pop(email).list_ids:
                    self._members[list_id].discard(email)

    def _do_later(self, change: Callable[[], None]) -> None:
        if self.late_searches:
            self._late.append((self.late_searches, change))
        else:
            change()

    def _do_late(self) -> None:
        """Count a search, and do what it was late for."""
        for searches, change in self._late:
            if not searches:
                change()
        self._late = [(searches - 1, change) for searches, change in self._late if searches]

    def _named(self, contact: Contact) -> dict[str, Any]:
        return {
            self.custom_fields[field_id][0]: value for field_id, value in contact.custom.items()
        }

    def _shown(self, contact: Contact) -> dict[str, Any]:
        return {
            "id": contact.contact_id,
            "email": contact.email,
            **contact.fields,
            "custom_fields": self._named(contact),
            "list_ids": sorted(contact.list_ids),
            "segment_ids": [],
            "created_at": contact.created_at,
            "updated_at": contact.updated_at,
        }


def _refusal(status: int, message: str, field_name: str | None = None) -> Answer:
    return Answer(status, {"errors": [{"field": field_name, "message": message}]})


def _file_of(errors: list[tuple[str, str]]) -> bytes:
    """Return a file of errors, with a mark of its encoding as spreadsheets write it."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["EMAIL", "FIRST_NAME", "ERROR"])
    rows.writerows([address.upper(), "", why] for address, why in errors)
    return text.getvalue().encode("utf-8-sig")


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
