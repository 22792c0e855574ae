"""Nothing that syncs print, log or keep holds a plain address or a credential, however it is asked.

Platforms quote in their errors all that they were sent, rows are refused with reasons that name
their address, and everything that can log does so. Then all of it is searched, as bytes.
"""

import base64
import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from segmentry.__main__ import main
from segmentry.activation.accounts import PLATFORMS as ADAPTERS
from segmentry.activation.api import Patience
from segmentry.activation.platforms.interface import Platform, Profile
from segmentry.simulators.server import Answer, Request
from segmentry.state.keys import STATE_KEY
from tests.python.activation_shop import SECRET, ActivationShop, Person
from tests.python.rigs import PLATFORMS, Rig, rig_of

# In every address, once before and once after the @.
TOKENS = ("qwexel", "leak-canary")
ADDRESSES = (
    "zuzanna.qwexel@leak-canary.example",
    "o'qwexel/odd=1@leak-canary.example",
    "qwexel+tag&more@mail.leak-canary.example",
    "{qwexel}#2@leak-canary.example",
    "qwexel.left@leak-canary.example",
)
REFUSED = ADDRESSES[:4]
STATUSES = [
    pytest.param(status, marks=[] if status in (400, 500) else pytest.mark.prove)
    for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)
]
LOGGERS = (
    "httpx",
    "httpcore",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def people(others: int = 8) -> dict[str, Person]:
    """Return those whose addresses are looked for, and others."""
    addresses = [*ADDRESSES, *(f"qwexel.{n}@leak-canary.example" for n in range(others))]
    return {
        f"c{number}": Person(address, first_name=f"Name {number}")
        for number, address in enumerate(addresses)
    }


def traces_of(rig: Rig) -> dict[str, str]:
    """Return what must be found nowhere, in lower case, by what it is."""
    traces = {token: token for token in TOKENS}
    for person in people().values():
        for form in (person.email, person.email.upper()):
            content = form.encode()
            traces |= {
                f"{form}, quoted": quote(form, safe="").lower(),
                f"{form} in base64": base64.b64encode(content).decode().rstrip("=")[:-1].lower(),
                f"{form} by md5": hashlib.md5(content).hexdigest(),
                f"{form} by SHA-1": hashlib.sha1(content).hexdigest(),
                f"{form} by SHA-256": hashlib.sha256(content).hexdigest(),
            }
    for name in ("api_key", "site_id"):
        if credential := getattr(rig.simulator, name, None):
            traces[name] = credential.lower()
    pair = f"{getattr(rig.simulator, 'site_id', 'segmentry')}:{rig.simulator.api_key}"
    for name, secret in {"basic": pair, "api_key": rig.simulator.api_key, "key": SECRET}.items():
        coded = base64.b64encode(secret.encode()).decode()
        traces[f"{name} in base64"] = coded.rstrip("=")[:-1].lower()
    return traces | {"the key of the state": SECRET}


def found_in(content: bytes, traces: dict[str, str]) -> set[str]:
    """Return which traces bytes hold, in any case of letters."""
    text = content.lower()
    return {name for name, trace in traces.items() if trace.encode() in text}


@pytest.fixture(params=PLATFORMS)
def rig(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rig]:
    """Return a sync of each platform that the command line finds, with nobody waiting for time."""
    with rig_of(request.param, ActivationShop(tmp_path / "shop")) as made:
        made.shop.publish(people())
        folder = tmp_path / "syncs"
        folder.mkdir()
        write_sync(folder, made)
        (folder / "sheet.yml").write_text(
            "platform: files\naudiences:\n  - {id: all, everyone: true}\n"
            "properties: {first_name: first_name}\n"
        )
        for name, value in {
            "SEGMENTRY_ENV_FILE": "",
            "SEGMENTRY_PUBLISHED_DIR": str(made.shop.published),
            "SEGMENTRY_STATE_DIR": str(made.shop.state),
            "SEGMENTRY_SYNCS_DIR": str(folder),
            STATE_KEY: SECRET,
            "TEST_API_KEY": made.simulator.api_key,
            "TEST_SITE_ID": getattr(made.simulator, "site_id", ""),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(Patience, "wait", lambda patience, seconds, platform: None)
        yield made


def write_sync(folder: Path, rig: Rig) -> None:
    """Write the file of a sync."""
    sync = rig.sync.model_dump(mode="json") | {"base_url": rig.simulator.base_url}
    sync["guards"]["max_removal_share"] = 1
    sync["audiences"] = [{"id": rig.audience, "segments": ["one_timers"]}]
    (folder / "welcome.yml").write_text(json.dumps(sync))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Return a file into which everything is logged that can be."""
    path = tmp_path / "everything.log"
    handler = logging.FileHandler(path)
    loggers = [logging.getLogger(), *map(logging.getLogger, LOGGERS)]
    levels = [logger.level for logger in loggers]
    logging.getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield path
    logging.getLogger().removeHandler(handler)
    handler.close()
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what runs a command and returns all that it printed."""

    def run(*arguments: str) -> str:
        mask = os.umask(0o077)
        try:
            main(arguments)
        finally:
            os.umask(mask)
        printed = capfd.readouterr()
        return printed.out + printed.err

    return run


COMMANDS = (
    ("syncs",),
    ("syncs", "--json"),
    ("plan", "welcome"),
    ("plan", "welcome", "--json"),
    ("apply", "welcome"),
    ("plan", "welcome"),
    ("apply", "welcome", "--json"),
    ("status", "welcome"),
    ("status", "welcome", "--json"),
    ("pull-suppressions", "welcome"),
    ("reconcile", "welcome"),
    ("reconcile", "welcome", "--adopt", "--json"),
)


def kept(rig: Rig) -> bytes:
    """Return all that is kept but for what names people on purpose: versions and exports."""
    files = [path for path in rig.shop.state.rglob("*") if path.is_file()]
    assert "syncs.sqlite" in {path.name for path in files}
    return b"\n".join(path.read_bytes() for path in files)


def test_what_is_refused_is_told_without_names(
    rig: Rig, log: Path, told: Callable[..., str]
) -> None:
    for address in REFUSED:
        forms = [address, address.upper(), quote(address), quote_plus(address.upper())]
        if rig.name == "mailchimp":
            # It names members so.
            forms.append(hashlib.md5(address.encode()).hexdigest())
        rig.simulator.refused[address] = f"{' or '.join(forms)}: <{address}> is no mailbox"
    printed = "".join(told(*command) for command in COMMANDS)
    assert "rejected" in printed
    assert "is no mailbox" in printed
    changed = {
        customer: person.but(order_count=5, segments=frozenset({"one_timers", "devices:mobile"}))
        for customer, person in people(4).items()
    }
    rig.shop.publish(changed | {"c4": changed["c4"].but(may_be_written_to=False)})
    printed += "".join(told(*command) for command in COMMANDS)
    assert "removed" in printed
    for content in (printed.encode(), log.read_bytes(), kept(rig)):
        assert found_in(content, traces_of(rig)) == set()


@pytest.mark.parametrize("status", STATUSES)
def test_what_a_failing_platform_answers_is_not_told(
    rig: Rig,
    log: Path,
    told: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    take = rig.simulator.answer
    taken = iter(range(0))

    def answer(request: Request) -> Answer | None:
        if next(taken, None) is not None:
            reply: Answer | None = take(request)
            return reply
        return Answer(status, complaint(request), {"Retry-After": "0"} if status == 429 else {})

    monkeypatch.setattr(rig.simulator, "answer", answer)
    printed = ""
    # Some requests are taken, so that each kind of request meets the error.
    for number in range(8):
        taken = iter(range(number))
        printed += told("plan", "welcome") + told("apply", "welcome")
    printed += "".join(told(*command) for command in COMMANDS[7:])
    assert str(status) in printed
    for content in (printed.encode(), log.read_bytes(), kept(rig)):
        assert found_in(content, traces_of(rig)) == set()


def complaint(request: Request) -> dict[str, Any]:
    """Return an error that quotes all that was sent, as every platform writes errors."""
    sent = " ".join([request.url, *request.headers.values(), request.body.decode(), *ADDRESSES])
    pointer = {"pointer": "/data/attributes/profiles/data/0/attributes/email"}
    error = {"detail": sent, "title": sent, "message": sent, "source": pointer, "code": sent}
    return {"errors": [error], "title": sent, "detail": sent, "meta": {"errors": [sent]}}


def test_a_crash_is_told_without_names(
    rig: Rig, log: Path, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(platform: Platform, audience_id: str, profiles: Sequence[Profile]) -> None:
        quoted = ", ".join(repr(profile.address) for profile in profiles)
        raise ValueError(f"invalid literal for int() with base 10: {quoted}")

    monkeypatch.setattr(ADAPTERS[rig.name], "add", crash)
    printed = "".join(told(*command) for command in COMMANDS)
    assert "Traceback" in printed
    assert re.search(r"invalid literal for int\(\) with base 10: ['\"]<address>", printed)
    for content in (printed.encode(), log.read_bytes(), kept(rig)):
        assert found_in(content, traces_of(rig)) == set()


@pytest.mark.parametrize("rig", ["klaviyo"], indirect=True)
@pytest.mark.parametrize("wrong", ["{}\n", " {}", "{}\u2026", "{}\x1b"])
def test_what_can_be_no_credential_is_not_sent(
    rig: Rig, log: Path, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("TEST_API_KEY", wrong.format(rig.simulator.api_key))
    printed = told("plan", "welcome") + told("apply", "welcome")
    assert "TEST_API_KEY holds a space at an end, or a character" in printed
    assert rig.simulator.journal == []
    for content in (printed.encode(), log.read_bytes(), kept(rig)):
        assert found_in(content, traces_of(rig)) == set()


def test_exports_name_people_and_are_their_owners_alone(
    rig: Rig, log: Path, told: Callable[..., str]
) -> None:
    printed = told("apply", "sheet") + told("apply", "sheet", "--json")
    folder = rig.shop.folder / "state_exports" / "sheet"
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert {path.name for path in files} == {"all.csv", "all.parquet"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert ADDRESSES[0].encode() in (folder / "all.csv").read_bytes()
    kept_files = b"".join(path.read_bytes() for path in rig.shop.state.rglob("*") if path.is_file())
    for content in (printed.encode(), log.read_bytes(), kept_files):
        assert found_in(content, traces_of(rig)) == set()
