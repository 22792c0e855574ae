"""Posts people to an address of your own: the example of how a platform is added.

Each request says what to do with whom:

    {"audience": "vips", "operation": "add", "profiles": [{"email": "…", "properties": {…}}]}

The operation is `add`, `remove` or `erase`; an erasure is of no audience. A status of 2xx confirms
all rows but those that the answer names: `{"rejected": [{"email": "…", "reason": "…"}]}`.

The receiver checks the signature before anything else: the header `Segmentry-Signature` is the
HMAC-SHA-256, in hexadecimal digits, of the header `Segmentry-Timestamp` (seconds since 1970), a
full stop and the body as it came, with the secret as the key. Compare with `hmac.compare_digest`,
and refuse a timestamp that is some minutes off. A batch that is sent again has the same
`Idempotency-Key`: skip it when the last one had it too, and not for longer, because the same people
may leave and return. Done twice, each operation must have the same result.
"""

import hashlib
import hmac
import time
from collections.abc import Generator, Iterator, Sequence

import httpx
from pyrate_limiter import Rate

from segmentry.activation.api import Api, Patience, as_json, without_addresses
from segmentry.activation.errors import JobLostError, PlatformError
from segmentry.activation.platforms.interface import Job, Limits, Outcome, Profile, Suppression

RATES = {"all": [Rate(10, 1_000)]}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Signature(httpx.Auth):
    """Signs every try of a request, so that a late one is not taken for an old one."""

    requires_request_body = True

    def __init__(self, secret: str) -> None:
        self.secret = secret.encode()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the time and the signature."""
        timestamp = str(int(time.time()))
        signed = timestamp.encode() + b"." + request.content
        request.headers["Segmentry-Timestamp"] = timestamp
        request.headers["Segmentry-Signature"] = hmac.new(
            self.secret, signed, hashlib.sha256
        ).hexdigest()
        yield request


class Webhook:
    """An address that takes people; an audience is a name that it is told."""

    def __init__(self, url: str, secret: str, patience: Patience) -> None:
        """Open no connection yet.

        Args:
            url: where to post; it may hold a secret and is never shown.
            secret: what requests are signed with.
            patience: how long the run waits.
        """
        self.url = httpx.URL(url)
        self.signature = Signature(secret)
        self.api = Api("The webhook", url, patience, RATES)

    @property
    def limits(self) -> Limits:
        """How much fits into a call."""
        return Limits(added=1_000, removed=1_000, body_bytes=5_000_000, profile_bytes=100_000)

    def close(self) -> None:
        """Close the connections."""
        self.api.close()

    def size_of(self, profile: Profile) -> int:
        """Return the bytes of a profile within a request, with the comma behind it."""
        return len(as_json(_shown(profile))) + 1

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """See that nobody reads along; there is nothing else to ask.

        Raises:
            PlatformError: when the address is not one of https, or of this machine.
        """
        if self.url.scheme != "https" and self.url.host not in LOOPBACK:
            raise PlatformError("People are sent to an address that begins with https:// alone.")

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Tell of profiles that are members."""
        return self._post(audience_id, "add", profiles)

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """Refuse: a webhook has no jobs."""
        raise JobLostError("A webhook has no jobs: the rows are sent again.")

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Tell of profiles that are members no more."""
        return self._post(audience_id, "remove", profiles)

    def member_count(self, audience_id: str) -> int | None:
        """Return None: a webhook does not tell."""
        return None

    def members(self, audience_id: str) -> Iterator[str] | None:
        """Return None: a webhook does not tell."""
        return None

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield nothing: a webhook does not tell."""
        yield from ()

    def erase(self, profile: Profile) -> None:
        """Tell of a person who is to be deleted.

        Raises:
            PlatformError: when the receiver refuses.
        """
        if self._post("", "erase", [profile]).rejected:
            raise PlatformError("The webhook refuses to erase a person.")

    def _post(self, audience_id: str, operation: str, profiles: Sequence[Profile]) -> Outcome:
        if not profiles:
            return Outcome()
        body = as_json(
            {
                "audience": audience_id,
                "operation": operation,
                "profiles": [_shown(profile) for profile in profiles],
            }
        )
        answer = self.api.call(
            f"{operation} people",
            "POST",
            str(self.url),
            group="all",
            expected=range(200, 300),
            content=body,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": hashlib.sha256(body).hexdigest(),
            },
            auth=self.signature,
        )
        return Outcome(_rejects(answer, profiles))


def _rejects(answer: httpx.Response, profiles: Sequence[Profile]) -> dict[str, str]:
    """Return the reasons by key of the rows that the receiver did not take.

    Raises:
        PlatformError: when it names somebody who was not sent: then none is confirmed.
    """
    keys = {profile.address.lower(): profile.key for profile in profiles}
    try:
        content = answer.json()
        rejected = content.get("rejected", []) if isinstance(content, dict) else []
    except ValueError:
        rejected = []
    try:
        return {
            keys[row["email"].strip().lower()]: without_addresses(str(row["reason"]))
            for row in rejected
        }
    except (AttributeError, KeyError, TypeError):
        raise PlatformError("The webhook rejects rows in a way that can't be read.") from None


def _shown(profile: Profile) -> dict[str, object]:
    return {"email": profile.address, "properties": dict(profile.properties)}
