"""How people are told: the log, and where they ask for it a webhook or a Slack channel."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import httpx

SECONDS_TO_ANSWER = 10


class AlertKind(StrEnum):
    """What happened."""

    FAILURE = "failure"
    RECOVERY = "recovery"
    LATE = "late"


@dataclass(frozen=True)
class Alert:
    """What people are told; names of checks and segments, and counts, never a personal datum.

    Attributes:
        kind: what happened.
        day: the day that was to be published, such as 2026-06-30; empty when there is none.
        title: one line.
        text: what failed, with the numbers.
        run_id: the run in Dagster; empty when there is none.
    """

    kind: AlertKind
    day: str
    title: str
    text: str
    run_id: str = ""


@dataclass(frozen=True)
class Channel:
    """Somewhere that alerts are posted to.

    Attributes:
        kind: `webhook` or `slack`.
        url: where; it may hold a secret and is never shown.
    """

    kind: str
    url: str


def webhook_message(alert: Alert) -> dict[str, Any]:
    """Return an alert field by field, as JSON."""
    return asdict(alert)


def slack_message(alert: Alert) -> dict[str, Any]:
    """Return an alert as Slack, and chats that speak like it, take it."""
    signs = {
        AlertKind.FAILURE: ":red_circle:",
        AlertKind.RECOVERY: ":large_green_circle:",
        AlertKind.LATE: ":hourglass:",
    }
    lines = [f"{signs[alert.kind]} *{_escape(alert.title)}*", _escape(alert.text)]
    if alert.run_id:
        lines.append(f"Run `{alert.run_id}`")
    return {"text": "\n".join(line for line in lines if line)}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


MESSAGES: dict[str, Callable[[Alert], dict[str, Any]]] = {
    "webhook": webhook_message,
    "slack": slack_message,
}


def channels_from_environment(environment: Mapping[str, str] = os.environ) -> list[Channel]:
    """Return where alerts are posted to, besides the log.

    `SEGMENTRY_ALERT_WEBHOOK` and `SEGMENTRY_ALERT_SLACK_URL` are addresses; unset, nothing is
    posted.
    """
    urls = {
        "webhook": environment.get("SEGMENTRY_ALERT_WEBHOOK"),
        "slack": environment.get("SEGMENTRY_ALERT_SLACK_URL"),
    }
    return [Channel(kind, url) for kind, url in urls.items() if url]


def to_json(alert: Alert, kind: str) -> dict[str, Any]:
    """Return the message that a kind of channel takes.

    Raises:
        ValueError: when there is no such kind.
    """
    if kind not in MESSAGES:
        raise ValueError(f"There is no channel of the kind {kind}: {', '.join(sorted(MESSAGES))}.")
    return MESSAGES[kind](alert)


def notify(alert: Alert, channels: list[Channel], log: logging.Logger) -> None:
    """Tell people. A channel that does not answer in time is logged and fails nothing.

    Args:
        alert: what happened.
        channels: where it is posted to, besides the log.
        log: gets every alert, and the channels that failed.

    Raises:
        ValueError: when a channel is of an unknown kind.
    """
    level = logging.INFO if alert.kind is AlertKind.RECOVERY else logging.ERROR
    log.log(level, "%s\n%s", alert.title, alert.text)
    for message, channel in [(to_json(alert, channel.kind), channel) for channel in channels]:
        try:
            asyncio.run(asyncio.wait_for(post(channel.url, message), SECONDS_TO_ANSWER))
        except TimeoutError:
            log.warning("The %s did not answer within %s s.", channel.kind, SECONDS_TO_ANSWER)
        except httpx.HTTPStatusError as error:
            log.warning("The %s answered %s.", channel.kind, error.response.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("The %s can't be reached: %s.", channel.kind, type(error).__name__)


async def post(url: str, message: dict[str, Any]) -> None:
    """Post a message; of the answer the status is read, and nothing else.

    Raises:
        httpx.HTTPError, httpx.InvalidURL: when it is refused or can't be sent.
    """
    async with (
        httpx.AsyncClient(timeout=None) as client,
        client.stream("POST", url, json=message) as answer,
    ):
        answer.raise_for_status()
