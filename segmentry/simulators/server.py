"""A platform on loopback: takes requests, checks, applies and records them, and fails on demand."""

import inspect
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote, urlsplit

from segmentry.simulators.contract import Contract, ContractError, SentRequest

# Seconds that a platform does not answer for.
SILENCE = 3.0


class Fault(StrEnum):
    """What goes wrong with a request."""

    TOO_MANY = "429 without a word of how long"
    TOO_MANY_SECONDS = "429 with seconds to wait"
    TOO_MANY_DATE = "429 with a date to wait for"
    ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    SILENT = "no answer"
    DROPPED_BEFORE = "the connection ends before anything was applied"
    DROPPED_AFTER = "the connection ends after it was applied"


STATUSES = {
    Fault.TOO_MANY: 429,
    Fault.TOO_MANY_SECONDS: 429,
    Fault.TOO_MANY_DATE: 429,
    Fault.ERROR: 500,
    Fault.BAD_GATEWAY: 502,
    Fault.UNAVAILABLE: 503,
}


@dataclass(frozen=True)
class Request:
    """A request that came in.

    Attributes:
        method: of HTTP.
        url: the whole address.
        headers: by name in lower case.
        body: its bytes.
        parts: what stands in the path's places, by their names.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """What was asked for."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's values by name."""
        return parse_qs(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def content(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body or b"null")


@dataclass(frozen=True)
class Answer:
    """What is answered.

    Attributes:
        status: of HTTP.
        content: written as JSON; bytes go out as they are, None is no body.
        headers: more of them.
    """

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A line of the journal.

    Attributes:
        operation: what was asked; empty when there is no such thing.
        request: how.
        status: what was answered; 0 for nothing.
        applied: whether it reached the state of the platform.
    """

    operation: str
    request: Request
    status: int
    applied: bool


@dataclass(frozen=True)
class Rate:
    """A published limit.

    Attributes:
        limit: requests.
        seconds: in any so many seconds.
    """

    limit: int
    seconds: float


Handler = Callable[[Any, Request], Answer]


@dataclass(frozen=True)
class Operation:
    """Something that a platform does.

    Attributes:
        name: its `operationId` in the contract.
        method: of HTTP.
        pattern: of its path.
        group: the limits that it counts for.
        writes: whether it changes anything.
        handler: does it.
    """

    name: str
    method: str
    pattern: re.Pattern[str]
    group: str
    writes: bool
    handler: Handler


def operation(
    method: str, path: str, *, group: str, writes: bool = False
) -> Callable[[Handler], Handler]:
    """Mark a method of a simulator as what answers a request.

    Args:
        method: of HTTP.
        path: such as `/api/lists/{id}`.
        group: the limits that it counts for.
        writes: whether it changes anything.
    """
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def mark(handler: Handler) -> Handler:
        handler.operation = Operation(  # type: ignore[attr-defined]
            handler.__name__, method, pattern, group, writes, handler
        )
        return handler

    return mark


class Simulator:
    """One account of a platform, its state in memory.

    A subclass has a method for each operation. It is called under a lock, after the request was
    held against the contract, and its name is the contract's `operationId`. Nothing but the named
    operations is there: any other request is answered with 404 and stands in the journal.
    """

    name: ClassVar[str]
    rates: ClassVar[Mapping[str, list[Rate]]]

    def __init__(self, checks_contract: bool = True) -> None:
        """Start nothing yet.

        Args:
            checks_contract: whether requests are held against the contract, which takes time.
        """
        self.journal: list[Entry] = []
        self.lock = threading.RLock()
        # Reasons to refuse a row, by address.
        self.refused: dict[str, str] = {}
        self._faults: deque[tuple[Fault, str | None]] = deque()
        self._recent: dict[tuple[str, float], deque[float]] = {}
        self._operations: list[Operation] = [
            method.operation
            for _, method in inspect.getmembers(type(self))
            if hasattr(method, "operation")
        ]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._contract = Contract.of(self.name, self.base_url) if checks_contract else None
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def inject(self, fault: Fault, operation_name: str | None = None, times: int = 1) -> None:
        """Have requests fail.

        Args:
            fault: how.
            operation_name: which; the next ones, whatever they are, when none is named.
            times: how many.
        """
        with self.lock:
            self._faults.extend([(fault, operation_name)] * times)

    def writes(self) -> Iterator[Entry]:
        """Yield what was asked to change anything and answered or applied."""
        writing = {operation.name for operation in self._operations if operation.writes}
        yield from (entry for entry in self.journal if entry.operation in writing)

    def unauthorized(self, request: Request) -> Answer | None:
        """Return how a request is refused that does not say who it is; a subclass knows."""
        return None

    def too_many(self, headers: Mapping[str, str]) -> Answer:
        """Return how a request beyond the limits is answered; a subclass may know better."""
        return Answer(429, {"errors": [{"detail": "Too many requests."}]}, headers)

    def answer(self, request: Request) -> Answer | None:
        """Take a request; None is no answer: the connection ends."""
        found = next(
            (
                (operation, match)
                for operation in self._operations
                if operation.method == request.method
                and (match := operation.pattern.fullmatch(request.path))
            ),
            None,
        )
        if not found:
            return self._record("", request, Answer(404, {"errors": [{"detail": "Not found."}]}))
        operation, match = found
        parts = {name: unquote(part) for name, part in match.groupdict().items()}
        request = replace(request, parts=parts)
        fault = self._take_fault(operation.name)
        if fault is Fault.SILENT:
            time.sleep(SILENCE)
        if fault in (Fault.SILENT, Fault.DROPPED_BEFORE):
            return self._record(operation.name, request, None)
        if fault in STATUSES:
            answer = Answer(STATUSES[fault], {"errors": []}, wait_of(fault))
            return self._record(operation.name, request, answer)
        if refusal := self.unauthorized(request):
            return self._record(operation.name, request, refusal)
        if seconds := self._seconds_too_early(operation.group):
            headers = {"Retry-After": f"{seconds:.3f}"}
            return self._record(operation.name, request, self.too_many(headers))
        if complaint := self._complaint(request):
            refusal = Answer(400, {"errors": [{"detail": complaint}]})
            return self._record(operation.name, request, refusal)
        with self.lock:
            answer = operation.handler(self, request)
            applied = answer.status < 400
            if fault is Fault.DROPPED_AFTER:
                return self._record(operation.name, request, None, applied)
            return self._record(operation.name, request, answer, applied)

    def _complaint(self, request: Request) -> str | None:
        if not self._contract:
            return None
        sent = SentRequest(
            request.method.lower(), request.url, dict(request.headers), request.body or None
        )
        try:
            with self.lock:
                self._contract.check(sent)
        except ContractError as error:
            return str(error)
        return None

    def _record(
        self, name: str, request: Request, answer: Answer | None, applied: bool = False
    ) -> Answer | None:
        with self.lock:
            status = answer.status if answer else 0
            self.journal.append(Entry(name, request, status, applied))
        return answer

    def _take_fault(self, name: str) -> Fault | None:
        with self.lock:
            for place, (fault, wanted) in enumerate(self._faults):
                if wanted in (None, name):
                    del self._faults[place]
                    return fault
        return None

    def _seconds_too_early(self, group: str) -> float:
        """Return how long a request must wait, 0 when it is within all limits."""
        now = time.monotonic()
        with self.lock:
            early = 0.0
            for rate in self.rates[group]:
                recent = self._recent.setdefault((group, rate.seconds), deque())
                while recent and recent[0] <= now - rate.seconds:
                    recent.popleft()
                if len(recent) >= rate.limit:
                    early = max(early, recent[0] + rate.seconds - now)
            if not early:
                for rate in self.rates[group]:
                    self._recent[group, rate.seconds].append(now)
            return early


def wait_of(fault: Fault) -> dict[str, str]:
    """Return the header in which a fault says how long to wait: a second."""
    if fault is Fault.TOO_MANY_SECONDS:
        return {"Retry-After": "1"}
    if fault is Fault.TOO_MANY_DATE:
        moment = datetime.now(UTC) + timedelta(seconds=1)
        return {"Retry-After": format_datetime(moment, usegmt=True)}
    return {}


def _handler_of(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class RequestHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer is two writes: without it, the second waits for the first to be confirmed.
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            request = Request(
                method=self.command,
                url=simulator.base_url + self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            answer = simulator.answer(request)
            if answer is None:
                self.close_connection = True
                return
            body = answer.content
            if not isinstance(body, bytes):
                body = b"" if body is None else json.dumps(body).encode()
            self.send_response(answer.status)
            headers = {"Content-Type": "application/json", **answer.headers}
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: the journal has it."""

    return RequestHandler
