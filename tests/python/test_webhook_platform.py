"""The webhook, the example of a fifth platform, over real HTTP."""

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from segmentry.activation.api import Patience
from segmentry.activation.errors import JobLostError, PlatformError
from segmentry.activation.platforms.interface import Job, Outcome, Platform, Profile, Value
from segmentry.activation.platforms.webhook import Webhook
from segmentry.simulators.server import Answer, Fault, Rate, Request, Simulator, operation

SECRET = "shared-secret-0815"


def is_signed(request: Request) -> bool:
    """Check a request as a receiver does."""
    timestamp = request.headers["segmentry-timestamp"]
    signed = timestamp.encode() + b"." + request.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    is_recent = abs(time.time() - int(timestamp)) < 300
    return is_recent and hmac.compare_digest(request.headers["segmentry-signature"], expected)


class Receiver(Simulator):
    """Somebody's own system that takes people."""

    name: ClassVar[str] = "receiver"
    rates: ClassVar[Mapping[str, list[Rate]]] = {"all": [Rate(10, 1)]}

    def __init__(self) -> None:
        """Start nothing yet."""
        super().__init__(checks_contract=False)
        self.members: dict[str, dict[str, Any]] = {}
        self.said: Any = None

    def unauthorized(self, request: Request) -> Answer | None:
        """Refuse what is not signed."""
        return None if is_signed(request) else Answer(401)

    @operation("POST", "/hook/{secret}", group="all", writes=True)
    def take(self, request: Request) -> Answer:
        """Do what is asked, and name whom that was not done with."""
        if self.said is not None:
            return Answer(200, self.said)
        rejected = []
        for profile in request.content["profiles"]:
            address = profile["email"].lower()
            if address in self.refused:
                rejected.append({"email": address.upper(), "reason": self.refused[address]})
            elif request.content["operation"] == "add":
                self.members[address] = profile["properties"]
            else:
                self.members.pop(address, None)
        return Answer(202, {"rejected": rejected}) if rejected else Answer(204)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def webhook(receiver: Receiver) -> Iterator[Webhook]:
    patience = Patience(tries=3, first_wait=0.01, timeout=0.4, sleep=lambda seconds: None)
    made = Webhook(f"{receiver.base_url}/hook/hidden", SECRET, patience)
    yield made
    made.close()


def profile(address: str, **properties: Value) -> Profile:
    return Profile(f"key of {address}", address, properties)


def keys_of(receiver: Receiver) -> list[str]:
    return [entry.request.headers["idempotency-key"] for entry in receiver.journal]


def test_people_come_and_go(receiver: Receiver, webhook: Webhook) -> None:
    platform: Platform = webhook
    platform.prepare("vips", ["city"])
    people = [profile("ana@example.com", city="Łódź"), profile("bo@example.com", city=None)]
    assert platform.add("vips", people) == Outcome()
    assert receiver.members == {
        "ana@example.com": {"city": "Łódź"},
        "bo@example.com": {"city": None},
    }
    assert platform.remove("vips", people[:1]) == Outcome()
    platform.erase(people[1])
    assert receiver.members == {}
    assert [entry.request.content["operation"] for entry in receiver.journal] == [
        "add",
        "remove",
        "erase",
    ]
    assert receiver.journal[0].request.content["audience"] == "vips"


def test_what_a_webhook_does_not_tell(webhook: Webhook) -> None:
    assert webhook.member_count("vips") is None
    assert webhook.members("vips") is None
    assert list(webhook.suppressions()) == []
    with pytest.raises(JobLostError):
        webhook.finish(Job("1"), "vips", [])


def test_nobody_is_no_request(receiver: Receiver, webhook: Webhook) -> None:
    assert webhook.add("vips", []) == Outcome()
    assert receiver.journal == []


def test_a_row_that_is_refused_is_alone(receiver: Receiver, webhook: Webhook) -> None:
    receiver.refused = {"bo@example.com": "no such customer: bo@example.com"}
    people = [profile("ana@example.com"), profile("bo@example.com")]
    outcome = webhook.add("vips", people)
    assert outcome == Outcome({people[1].key: "no such customer: <address>"})
    assert set(receiver.members) == {"ana@example.com"}
    with pytest.raises(PlatformError, match="refuses to erase"):
        webhook.erase(people[1])


@pytest.mark.parametrize(
    "said", [{"rejected": ["bo"]}, {"rejected": [{"email": "cy@example.com"}]}, {"rejected": 3}]
)
def test_nothing_is_confirmed_when_rejects_can_not_be_read(
    receiver: Receiver, webhook: Webhook, said: object
) -> None:
    receiver.said = said
    with pytest.raises(PlatformError, match="can't be read"):
        webhook.add("vips", [profile("ana@example.com")])


@pytest.mark.parametrize("said", [b"ok", b"[1]", {"rejected": []}, {"taken": 1}])
def test_any_other_answer_confirms(receiver: Receiver, webhook: Webhook, said: object) -> None:
    receiver.said = said
    assert webhook.add("vips", [profile("ana@example.com")]) == Outcome()


def test_the_same_batch_has_the_same_key(receiver: Receiver, webhook: Webhook) -> None:
    receiver.inject(Fault.DROPPED_AFTER)
    webhook.add("vips", [profile("ana@example.com")])
    webhook.add("vips", [profile("ana@example.com")])
    webhook.add("vips", [profile("ana@example.com", city="Bonn")])
    webhook.remove("vips", [profile("ana@example.com")])
    first, second, third, changed, removed = keys_of(receiver)
    assert first == second == third
    assert len({first, changed, removed}) == 3


def test_faults_pass(receiver: Receiver, webhook: Webhook) -> None:
    for number, fault in enumerate(Fault):
        receiver.inject(fault)
        webhook.add("vips", [profile(f"p{number}@example.com")])
    assert len(receiver.members) == len(Fault)


def test_every_try_is_signed_anew(
    receiver: Receiver, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(1_000, 1_010))
    monkeypatch.setattr(
        "segmentry.activation.platforms.webhook.time.time", lambda: next(moments, 1_010)
    )
    monkeypatch.setattr(receiver, "unauthorized", lambda request: None)
    receiver.inject(Fault.ERROR)
    webhook.add("vips", [profile("ana@example.com")])
    first, second = (entry.request.headers["segmentry-timestamp"] for entry in receiver.journal)
    assert 1_000 <= int(first) < int(second)


def test_a_receiver_with_another_secret_takes_nothing(receiver: Receiver) -> None:
    webhook = Webhook(f"{receiver.base_url}/hook/hidden", "another", Patience())
    with pytest.raises(PlatformError) as caught:
        webhook.add("vips", [profile("ana@example.com")])
    for hidden in ("another", "hidden", "@", receiver.base_url):
        assert hidden not in str(caught.value)
    assert receiver.members == {}


def test_nobody_reads_along() -> None:
    with pytest.raises(PlatformError, match="https") as caught:
        Webhook("http://example.com/hook/hidden", SECRET, Patience()).prepare("vips", [])
    assert "hidden" not in str(caught.value)
    Webhook("https://example.com/hook/hidden", SECRET, Patience()).prepare("vips", [])


def test_the_size_is_that_of_the_body(receiver: Receiver, webhook: Webhook) -> None:
    people = [profile("ana@example.com", city="Łódź 🎉"), profile("bo@example.com", orders=3)]
    webhook.add("vips", people)
    around = len('{"audience":"vips","operation":"add","profiles":[]}') - 1
    body = receiver.journal[0].request.body
    assert len(body) == around + sum(map(webhook.size_of, people))
