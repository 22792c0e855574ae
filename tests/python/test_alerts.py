"""What people are told when a day fails or recovers, over a real HTTP server on this machine."""

import json
import logging
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from dagster import (
    DagsterInstance,
    ExecuteInProcessResult,
    Failure,
    build_run_status_sensor_context,
    job,
    op,
)

from orchestration.alerts import failure_alert, is_recovery, late_alert, recovery_alert
from orchestration.backfills import LEFT_OUT
from orchestration.sensors import tell_failure, tell_recovery
from segmentry.webhook import (
    Alert,
    AlertKind,
    Channel,
    channels_from_environment,
    notify,
    to_json,
)

REFUSAL = "Not published: 1 blocking checks failed.\n- one_timers: 640 instead of about 320."
ALERT = Alert(AlertKind.FAILURE, "2026-06-30", "2026-06-30 was not published", REFUSAL, "run-1")
LOG = logging.getLogger("alerts")


@dataclass
class Receiver:
    """A chat or alarm that takes alerts.

    Attributes:
        url: its address.
        status: what it answers.
        received: the messages that it was sent.
    """

    url: str = ""
    status: int = 200
    received: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver that listens on this machine."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state.received.append(json.loads(self.rfile.read(length)))
            self.send_response(state.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/hook"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """Return a Dagster of its own."""
    with DagsterInstance.local_temp() as instance:
        yield instance


def run(
    instance: DagsterInstance, error: Exception | None = None, day: str | None = "2026-06-30"
) -> ExecuteInProcessResult:
    """Run a job of one step, which raises an error if there is one."""

    @op
    def step() -> None:
        if error:
            raise error

    @job(tags={"dagster/partition": day} if day else {})
    def daily() -> None:
        step()

    return daily.execute_in_process(instance=instance, raise_on_error=False)


def test_a_webhook_gets_every_field(receiver: Receiver) -> None:
    notify(ALERT, [Channel("webhook", receiver.url)], LOG)
    assert receiver.received == [
        {
            "kind": "failure",
            "day": "2026-06-30",
            "title": "2026-06-30 was not published",
            "text": REFUSAL,
            "run_id": "run-1",
        }
    ]


def test_slack_gets_a_text_with_nothing_that_it_would_take_for_markup(receiver: Receiver) -> None:
    alert = Alert(AlertKind.RECOVERY, "2026-06-30", "2026-06-30 is published", "a < b & <!channel>")
    notify(alert, [Channel("slack", receiver.url)], LOG)
    assert receiver.received == [
        {"text": ":large_green_circle: *2026-06-30 is published*\na &lt; b &amp; &lt;!channel&gt;"}
    ]


def test_every_alert_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    notify(ALERT, [], LOG)
    assert "640 instead of about 320" in caplog.text


@pytest.mark.parametrize("status", [404, 500])
def test_a_channel_that_refuses_is_logged_and_the_next_one_is_told(
    receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = status
    notify(ALERT, [Channel("webhook", receiver.url), Channel("slack", receiver.url)], LOG)
    assert len(receiver.received) == 2
    assert f"The webhook answered {status}." in caplog.text
    assert receiver.url not in caplog.text


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/secret", "no address", "http://[", "ftp://x/y"]
)
def test_a_channel_that_is_not_there_is_logged_without_its_address(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    notify(ALERT, [Channel("webhook", url)], LOG)
    assert "The webhook can't be reached" in caplog.text
    assert url not in caplog.text


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_channel_may_take_neither_time_nor_room(
    answer: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It begins an answer and goes on for ever: never a pause as long as the limit."""
    monkeypatch.setattr("segmentry.webhook.SECONDS_TO_ANSWER", 1)

    class Talker(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(answer)
            with suppress(OSError):
                while True:
                    self.wfile.write(b"X" if answer.endswith(b"\r\n\r\n") else b"X-A: b\r\n")
                    time.sleep(0.02)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talker) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        begun = time.monotonic()
        notify(ALERT, [Channel("webhook", f"http://127.0.0.1:{server.server_address[1]}")], LOG)
        assert time.monotonic() - begun < 5
        server.shutdown()
    # What is said after the status is nobody's concern.
    assert ("The webhook" in caplog.text) == (not answer.endswith(b"\r\n\r\n"))


def test_an_unknown_kind_of_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="no channel of the kind pager: slack, webhook"):
        to_json(ALERT, "pager")


def test_channels_come_from_the_environment() -> None:
    assert channels_from_environment({}) == []
    assert channels_from_environment(
        {"SEGMENTRY_ALERT_WEBHOOK": "http://a", "SEGMENTRY_ALERT_SLACK_URL": "http://b"}
    ) == [Channel("webhook", "http://a"), Channel("slack", "http://b")]


def test_a_failure_tells_the_words_of_the_project(instance: DagsterInstance) -> None:
    result = run(instance, Failure(REFUSAL))
    alert = failure_alert(result.dagster_run, result.get_step_failure_events())
    assert alert == Alert(
        AlertKind.FAILURE,
        "2026-06-30",
        "2026-06-30 was not published",
        REFUSAL,
        result.run_id,
    )


def test_the_text_of_any_other_error_is_kept_back(instance: DagsterInstance) -> None:
    result = run(instance, RuntimeError("could not convert 'anna@shop.example' to a number"))
    alert = failure_alert(result.dagster_run, result.get_step_failure_events())
    assert "anna" not in alert.text
    assert alert.text == "step stopped with RuntimeError; the log of the run tells more."


def test_a_run_that_was_killed_is_told(instance: DagsterInstance) -> None:
    result = run(instance)
    assert "killed" in failure_alert(result.dagster_run, []).text


def test_a_day_that_is_late_is_told() -> None:
    alert = late_alert("2026-06-30", "2026-06-28")
    assert alert.title == "2026-06-30 is late"
    assert "2026-06-28" in alert.text


def test_only_the_first_success_after_a_failure_is_a_recovery(instance: DagsterInstance) -> None:
    first = run(instance, day="2026-06-28")
    assert not is_recovery(instance, first.dagster_run)
    run(instance, Failure(REFUSAL), day="2026-06-29")
    run(instance, day=None)
    recovered = run(instance, day="2026-06-29")
    assert is_recovery(instance, recovered.dagster_run)
    assert not is_recovery(instance, run(instance, day="2026-06-30").dagster_run)
    assert recovery_alert(recovered.dagster_run).title == "2026-06-29 is published"


def test_sensors_tell_a_failure_and_the_recovery(
    instance: DagsterInstance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_ALERT_WEBHOOK", receiver.url)
    failed, good, better = run(instance, Failure(REFUSAL)), run(instance), run(instance)
    tell_failure(
        build_run_status_sensor_context(
            "tell_failure", failed.get_run_failure_event(), instance, failed.dagster_run
        ).for_run_failure()
    )
    for result in (good, better):
        tell_recovery(
            build_run_status_sensor_context(
                "tell_recovery", result.get_run_success_event(), instance, result.dagster_run
            )
        )
    told = [(message["kind"], message["run_id"]) for message in receiver.received]
    assert told == [("failure", failed.run_id), ("recovery", good.run_id)]
    assert "640 instead of about 320" in receiver.received[0]["text"]


def test_days_that_a_backfill_left_out_are_not_told_one_by_one(
    instance: DagsterInstance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_ALERT_WEBHOOK", receiver.url)
    failed = run(instance, Failure(f"{LEFT_OUT} the day before 2026-06-30 was not published."))
    tell_failure(
        build_run_status_sensor_context(
            "tell_failure", failed.get_run_failure_event(), instance, failed.dagster_run
        ).for_run_failure()
    )
    assert receiver.received == []


def test_an_alert_that_reaches_nobody_fails_nothing(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_ALERT_WEBHOOK", "http://127.0.0.1:1/hook")
    failed = run(instance, Failure(REFUSAL))
    tell_failure(
        build_run_status_sensor_context(
            "tell_failure", failed.get_run_failure_event(), instance, failed.dagster_run
        ).for_run_failure()
    )
