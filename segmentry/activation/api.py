"""Talks HTTP to a platform: politely, patiently, and without a word about people.

Limits, waits and retries are the same for every platform and stand here alone. An adapter says what
it wants; it meets only answers that are worth looking at.
"""

import json
import logging
import random
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pyrate_limiter import InMemoryBucket, Limiter, Rate
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from segmentry.activation.errors import (
    CredentialsError,
    NoAnswerError,
    OutOfTimeError,
    PlatformError,
    RequestError,
)

# They write the address of every request, in which an email may stand, and the headers of answers.
# A filter holds whatever level a program gives them later.
TALKATIVE = (
    "httpx",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)
for talkative in TALKATIVE:
    logging.getLogger(talkative).addFilter(lambda record: record.levelno >= logging.WARNING)

# Reading the certificates takes longer than most requests.
CERTIFICATES = ssl.create_default_context()
LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
REFUSED = frozenset({401, 403})
# A word that holds an address goes whole, but for the brackets and full stops around it: a name may
# have any character within.
ADDRESS = re.compile(
    r"""(?<!\S)(?P<before>[<("'\[{]*)\S+(?:@|＠|%40)\S+?(?P<after>[>)"'\]}.,:;]*)(?!\S)"""
)


@dataclass
class Patience:
    """How long a run waits for a platform.

    Attributes:
        seconds: what the whole run may take.
        tries: of one request.
        first_wait: seconds before the second try where the platform does not say; it doubles.
        longest_wait: seconds before any try but where the platform says more.
        timeout: seconds without a sign of the platform.
        clock: the seconds of a steady clock.
        sleep: waits some seconds.
    """

    seconds: float = 3600
    tries: int = 8
    first_wait: float = 0.5
    longest_wait: float = 60
    timeout: float = 30
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def left(self) -> float:
        """The seconds that are left to the run."""
        return self.started + self.seconds - self.clock()

    def wait(self, seconds: float, platform: str) -> None:
        """Wait.

        Raises:
            OutOfTimeError: when the run would end before.
        """
        if seconds > self.left:
            raise OutOfTimeError(
                f"{platform} asks to wait for {seconds:,.0f} s, and the run has {self.left:,.0f} s "
                "left: the next one goes on from here."
            )
        self.sleep(seconds)


class _LaterError(Exception):
    """An answer, or none, after which the same request is made again."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Api:
    """The API of one account of a platform."""

    def __init__(
        self,
        platform: str,
        base_url: str,
        patience: Patience,
        rates: Mapping[str, list[Rate]],
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> None:
        """Open no connection yet.

        Args:
            platform: what it is called in messages.
            base_url: where it is, such as `https://a.klaviyo.com`.
            patience: how long the run waits.
            rates: what the platform publishes as its limits, by the name of a group of requests.
            headers: sent with every request.
            auth: user and password, where the platform takes them.
        """
        self.platform = platform
        self.patience = patience
        self.client = httpx.Client(
            base_url=base_url,
            headers=dict(headers or {}),
            auth=auth,
            timeout=patience.timeout,
            verify=CERTIFICATES,
            follow_redirects=False,
        )
        self._secrets = secrets_of(headers or {}, auth)
        self._limiters = {
            group: Limiter(InMemoryBucket(group_rates)) for group, group_rates in rates.items()
        }

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def call(
        self,
        what: str,
        method: str,
        url: str,
        *,
        group: str,
        expected: Collection[int] = (200, 201, 202, 204),
        **request: Any,
    ) -> httpx.Response:
        """Make a request until the platform has answered.

        Args:
            what: what is asked, in words for messages: `add profiles`.
            method: of HTTP.
            url: below the base, or whole.
            group: the limits that it counts for.
            expected: statuses that are worth looking at; any other is an error.
            request: what httpx takes: `json`, `params`, `content`, `headers`.

        Raises:
            CredentialsError: when the credentials are refused.
            RequestError: when the request is refused.
            OutOfTimeError: when the run's time is used up.
            NoAnswerError: when there is no answer after all tries.
        """
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, _LaterError)),
            stop=stop_after_attempt(self.patience.tries),
            wait=self._seconds_to_wait,
            sleep=lambda seconds: self.patience.wait(seconds, self.platform),
            reraise=True,
        )
        try:
            return retrying(self._try, what, method, url, group, expected, request)
        except _LaterError as error:
            raise NoAnswerError(
                f"{self.platform} did not {what} in {self.patience.tries} tries: {error}."
            ) from None

    def _try(
        self,
        what: str,
        method: str,
        url: str,
        group: str,
        expected: Collection[int],
        request: Mapping[str, Any],
    ) -> httpx.Response:
        self._take_turn(group)
        try:
            answer = self.client.request(method, url, **request)
        except httpx.TimeoutException:
            raise _LaterError(f"no answer within {self.patience.timeout:g} s") from None
        except httpx.TransportError as error:
            raise _LaterError(f"the connection failed ({type(error).__name__})") from None
        if answer.status_code in expected:
            return answer
        if answer.status_code in LATER:
            raise _LaterError(f"it answered {answer.status_code}", retry_after(answer))
        if answer.status_code in REFUSED:
            raise CredentialsError(
                f"{self.platform} refuses the credentials ({answer.status_code}, {what}): see that "
                "they are right and have the scopes that the platform's page names."
            )
        raise RequestError(
            f"{self.platform} refuses to {what} ({answer.status_code}).",
            answer.status_code,
            self._without_secrets(answer.text),
        )

    def _without_secrets(self, text: str) -> str:
        """Return what was answered without the credentials, which some errors quote."""
        for secret in self._secrets:
            text = text.replace(secret, "<key>")
        return text

    def _take_turn(self, group: str) -> None:
        """Wait until the limits of a group leave room for a request."""
        left = self.patience.left
        if left <= 0 or not self._limiters[group].try_acquire(group, timeout=left):
            raise OutOfTimeError(
                f"The run has used its {self.patience.seconds:,.0f} s: the next one goes on from "
                "here."
            )

    def _seconds_to_wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _LaterError) and error.seconds is not None:
            return error.seconds
        longest = self.patience.first_wait * 2.0 ** (state.attempt_number - 1)
        # Not all at once: between a half and the whole.
        return min(longest, self.patience.longest_wait) * random.uniform(0.5, 1)


def secrets_of(headers: Mapping[str, str], auth: tuple[str, str] | None) -> list[str]:
    """Return the credentials of requests, and how they are written there."""
    secrets = [headers["Authorization"].split()[-1]] if "Authorization" in headers else []
    if auth:
        secrets += [auth[1], b64encode(":".join(auth).encode()).decode()]
    return secrets


def retry_after(answer: httpx.Response) -> float | None:
    """Return how many seconds an answer asks to wait; None when it does not say.

    `Retry-After` is a number of seconds or a date; some say `X-RateLimit-Reset`, in seconds since
    1970, instead.
    """
    reset = str(answer.headers.get("x-ratelimit-reset", ""))
    if reset.isdigit() and "retry-after" not in answer.headers:
        return max(0.0, int(reset) - time.time())
    text = str(answer.headers.get("retry-after", "")).strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def as_json(content: Any) -> bytes:
    """Return a body as it is sent, in UTF-8."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def json_of(answer: httpx.Response, platform: str) -> Any:
    """Return what a platform answered.

    Raises:
        PlatformError: when it was no JSON.
    """
    try:
        return answer.json()
    except ValueError:
        raise PlatformError(f"{platform} answered something that can't be read.") from None


def object_of(answer: httpx.Response, platform: str) -> dict[str, Any]:
    """Return the object that a platform answered.

    Raises:
        PlatformError: when it was none.
    """
    content = json_of(answer, platform)
    if not isinstance(content, dict):
        raise PlatformError(f"{platform} answered something that can't be read.")
    return content


def without_addresses(text: str) -> str:
    """Return a text of a platform in which no email address stands."""
    return ADDRESS.sub(r"\g<before><address>\g<after>", text)
