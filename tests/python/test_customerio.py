"""Customer.io: what is sent, what comes back, and what is never asked, over real HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from segmentry.activation.api import Patience
from segmentry.activation.errors import (
    CredentialsError,
    JobLostError,
    OutOfTimeError,
    PlatformError,
    RequestError,
)
from segmentry.activation.platforms.customerio import CustomerIo
from segmentry.activation.platforms.interface import Job, Outcome, Platform, Profile, Value
from segmentry.simulators.contract import Contract, ContractError, SentRequest
from segmentry.simulators.customerio import CustomerIoSimulator
from segmentry.simulators.server import Entry, Fault
from tests.python.vendor_contracts import SPECS, description_of, needs_specs

SITE, KEY = "site-4711", "secret-key-0815"
US = "https://track.customer.io"
# Each stands for one that may turn up in an address's own way.
ODD = [
    "ana+sale@example.com",
    "o'neil@example.com",
    "100%@example.com",
    "ünï@example.com",
    "a&b=c?d#e@example.com",
]


def profile(address: str, **properties: Value) -> Profile:
    return Profile(f"key of {address}", address, properties)


@pytest.fixture
def simulator() -> Iterator[CustomerIoSimulator]:
    with CustomerIoSimulator(SITE, KEY) as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """Return the seconds that were waited for."""
    return []


@pytest.fixture
def customerio(simulator: CustomerIoSimulator, waits: list[float]) -> Iterator[CustomerIo]:
    patience = Patience(seconds=60, tries=3, first_wait=0.01, timeout=0.4, sleep=waits.append)
    made = CustomerIo(SITE, KEY, patience, simulator.base_url)
    yield made
    made.close()
    # Whatever a test did: nothing of consent was touched, and nothing else was asked.
    for entry in simulator.journal:
        assert entry.operation, entry.request.path
        assert b"unsubscribed" not in entry.request.body
        assert b"cio_subscription_preferences" not in entry.request.body


def added(outcome: object) -> Outcome:
    assert isinstance(outcome, Outcome)
    return outcome


def operations(simulator: CustomerIoSimulator) -> list[str]:
    return [entry.operation for entry in simulator.journal]


def test_it_is_a_platform(customerio: CustomerIo) -> None:
    platform: Platform = customerio
    assert platform.member_count("1") is None
    assert platform.members("1") is None
    assert list(platform.suppressions()) == []
    with pytest.raises(JobLostError):
        platform.finish(Job("1"), "1", [])


def test_people_are_written_and_become_members(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    customerio.prepare(segment, ["city", "orders"])
    people = [profile("ana@example.com", city="Łódź 🎉", orders=3), profile("bo@example.com")]
    assert added(customerio.add(segment, people)) == Outcome()
    assert added(customerio.add(segment, people)) == Outcome()
    assert simulator.members_of(segment) == {"ana@example.com", "bo@example.com"}
    assert simulator.profile_of("ana@example.com") == {"city": "Łódź 🎉", "orders": 3}


def test_a_row_that_is_refused_is_alone(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    simulator.refused = {"bo@example.com": "invalid"}
    people = [profile(f"{name}@example.com") for name in ("ana", "bo", "cy")]
    outcome = added(customerio.add(segment, people))
    assert set(outcome.rejected) == {"key of bo@example.com"}
    (reason,) = outcome.rejected.values()
    assert reason.startswith("invalid: identifiers") and "bo@" not in reason
    assert simulator.members_of(segment) == {"ana@example.com", "cy@example.com"}
    ids = json.loads(simulator.journal[-1].request.body)["ids"]
    assert ids == ["ana@example.com", "cy@example.com"]


def test_nobody_is_a_member_when_all_are_refused(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    simulator.refused = {"bo@example.com": "invalid"}
    assert len(added(customerio.add(segment, [profile("bo@example.com")])).rejected) == 1
    assert operations(simulator) == ["write_people"]


@pytest.mark.parametrize(
    "answered",
    [b"{}", b'{"errors": []}', b'{"errors": [{"batch_index": 9}]}', b'{"errors": ["no"]}', b"<p>"],
)
def test_nothing_is_confirmed_when_it_does_not_say_whom_it_refused(
    simulator: CustomerIoSimulator,
    customerio: CustomerIo,
    answered: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = simulator.answer

    def without_names(request: Any) -> Any:
        given = answer(request)
        return type(given)(given.status, answered) if given and given.status == 207 else given

    monkeypatch.setattr(simulator, "answer", without_names)
    segment = simulator.add_segment("vips")
    simulator.refused = {"bo@example.com": "invalid"}
    with pytest.raises(PlatformError):
        customerio.add(segment, [profile("ana@example.com"), profile("bo@example.com")])
    assert simulator.members_of(segment) == set()


def test_values_that_can_not_be_held_are_rejects(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    people = [
        profile("ana@example.com", note="é" * 501),
        profile("bo@example.com", share=float("nan")),
        profile("cy@example.com", note="é" * 500, share=0.5),
    ]
    assert set(added(customerio.add(segment, people)).rejected) == {people[0].key, people[1].key}
    assert customerio.size_of(people[0]) == 0
    assert simulator.members_of(segment) == {"cy@example.com"}


def test_null_takes_a_value_away_and_silence_does_not(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    customerio.add(segment, [profile("ana@example.com", city="Berlin", orders=3)])
    customerio.add(segment, [profile("ana@example.com", city=None)])
    assert simulator.profile_of("ana@example.com") == {"orders": 3}


def test_letters_count_in_any_case(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    segment = simulator.add_segment("vips")
    customerio.add(segment, [profile("Ana@Example.com", orders=1)])
    customerio.add(segment, [profile("ana@example.com", orders=2)])
    assert simulator.members_of(segment) == {"ana@example.com"}
    assert simulator.profile_of("ANA@example.com") == {"orders": 2}
    customerio.remove(segment, [profile("ANA@EXAMPLE.COM")])
    assert simulator.members_of(segment) == set()


def test_who_said_no_has_said_no(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    segment = simulator.add_segment("vips")
    customerio.add(segment, [profile("ana@example.com")])
    simulator.unsubscribe("ana@example.com")
    customerio.add(segment, [profile("ana@example.com", orders=2)])
    customerio.remove(segment, [profile("ana@example.com")])
    assert simulator.is_unsubscribed("ana@example.com")
    assert simulator.profile_of("ana@example.com") == {"orders": 2}


def test_whoever_is_not_there_was_removed(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    customerio.add(segment, [profile("ana@example.com"), profile("bo@example.com")])
    gone = [profile("ana@example.com"), profile("nobody@example.com")]
    assert customerio.remove(segment, gone) == Outcome()
    assert customerio.remove(segment, gone) == Outcome()
    assert simulator.members_of(segment) == {"bo@example.com"}
    assert simulator.profile_of("ana@example.com") == {}


def test_nobody_is_no_request(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    assert customerio.add("1", []) == Outcome()
    assert customerio.remove("1", []) == Outcome()
    assert simulator.journal == []


def test_as_many_as_a_call_takes(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    segment = simulator.add_segment("vips")
    people = [profile(f"p{number}@example.com") for number in range(customerio.limits.added)]
    assert added(customerio.add(segment, people)) == Outcome()
    assert len(simulator.members_of(segment)) == 1_000
    assert customerio.remove(segment, people) == Outcome()
    assert simulator.members_of(segment) == set()


def test_bodies_up_to_the_limits(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    segment = simulator.add_segment("vips")
    limits = customerio.limits

    def filled(address: str, size: int) -> Profile:
        """Return a profile of a size to the byte."""
        made = profile(address, **{f"p{number:03}": "é" * 490 for number in range(20)})
        properties = dict(made.properties)
        # The last one is never too small for its name, and never larger than a value may be.
        while (left := size - customerio.size_of(profile(address, **properties))) > 900:
            properties[f"q{len(properties):03}"] = "x" * 400
        properties["rest"] = "x" * (left - len(',"rest":""'))
        made = profile(address, **properties)
        assert customerio.size_of(made) == size
        return made

    # Brackets and name around the people, less the comma behind the last.
    room = limits.body_bytes - len('{"batch":[]}') + 1
    people = [filled(f"p{number:02}@example.com", 31_400) for number in range(15)]
    people.append(filled("last@example.com", room - sum(map(customerio.size_of, people))))
    assert all(customerio.size_of(one) <= limits.profile_bytes for one in people)
    assert added(customerio.add(segment, people)) == Outcome()
    assert len(simulator.journal[0].request.body) == 499_999
    assert len(simulator.members_of(segment)) == 16
    with pytest.raises(RequestError, match=r"refuses to write people \(400\)"):
        customerio.add(segment, [*people, profile("more@example.com")])

    large = filled("large@example.com", 32_001)
    assert added(customerio.add(segment, [large])) == Outcome()
    larger = filled("larger@example.com", 32_002)
    assert list(added(customerio.add(segment, [larger])).rejected) == [larger.key]


def test_erased_is_gone_and_stays_gone(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    segment = simulator.add_segment("vips")
    customerio.add(segment, [profile("ana@example.com"), profile("bo@example.com")])
    for _ in range(2):
        customerio.erase(profile("ana@example.com"))
    customerio.erase(profile("nobody@example.com"))
    assert operations(simulator)[-2:] == ["suppress_person", "delete_person"]
    customerio.add(segment, [profile("ana@example.com", orders=1)])
    assert simulator.profile_of("ana@example.com") is None
    assert simulator.members_of(segment) == {"bo@example.com"}


def test_odd_addresses(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    segment = simulator.add_segment("vips")
    customerio.add(segment, [profile("bo@example.com"), *map(profile, ODD)])
    assert simulator.members_of(segment) == {"bo@example.com", *ODD}
    for address in ODD:
        customerio.erase(profile(address))
        assert address not in urlsplit(simulator.journal[-1].request.url).path
    assert simulator.members_of(segment) == {"bo@example.com"}
    assert simulator.suppressed == set(ODD)


def test_an_audience_is_a_number(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    for audience in ("vips", "", "0", "-1", "1.5", "२", str(2**31), "1/../2", "ana@example.com"):
        with pytest.raises(PlatformError, match="the number of a manual segment") as caught:
            customerio.prepare(audience, [])
        assert "ana@" not in str(caught.value)
    assert simulator.journal == []


def test_properties_that_are_never_written(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    consent = ("unsubscribed", "Unsubscribed", "cio_subscription_preferences")
    topic = "cio_subscription_preferences.topics.topic_1"
    for name in (*consent, topic, "email", "id", "cio_id", "_update", "é" * 76):
        with pytest.raises(PlatformError, match=name):
            customerio.prepare("1", ["city", name])
        with pytest.raises(PlatformError, match=name):
            customerio.add("1", [profile("ana@example.com", city="Bonn", **{name: True})])
    assert simulator.journal == []


def test_more_properties_than_a_person_has(customerio: CustomerIo) -> None:
    customerio.prepare("1", [f"p{number}" for number in range(300)])
    with pytest.raises(PlatformError, match="300 attributes of a person, not 301"):
        customerio.prepare("1", [f"p{number}" for number in range(301)])


def test_another_region_is_named(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    for url in ("https://track-eu.customer.io", "track-eu.customer.io/"):
        simulator.region_url = url
        with pytest.raises(
            PlatformError, match=r"set base_url to https://track-eu\.customer\.io\."
        ):
            customerio.prepare("1", [])


def test_a_segment_that_is_not_there(
    simulator: CustomerIoSimulator, customerio: CustomerIo
) -> None:
    with pytest.raises(RequestError, match="See that the segment 7 is there"):
        customerio.add("7", [profile("ana@example.com")])


def test_credentials_that_are_refused(simulator: CustomerIoSimulator) -> None:
    customerio = CustomerIo(SITE, "wrong-key", Patience(), simulator.base_url)
    with pytest.raises(CredentialsError) as caught:
        customerio.prepare("1", [])
    assert "wrong-key" not in str(caught.value) and SITE not in str(caught.value)


CALLS: dict[str, tuple[Callable[[CustomerIo], object], str]] = {
    "add": (lambda platform: platform.add("1", [profile("ana@example.com")]), "write_people"),
    "members": (lambda platform: platform.add("1", [profile("ana@example.com")]), "add_members"),
    "remove": (
        lambda platform: platform.remove("1", [profile("bo@example.com")]),
        "remove_members",
    ),
    "suppress": (lambda platform: platform.erase(profile("bo@example.com")), "suppress_person"),
    "delete": (lambda platform: platform.erase(profile("bo@example.com")), "delete_person"),
}


@pytest.mark.parametrize("call", ["add", "members", "remove", "delete"])
def test_faults_pass(
    simulator: CustomerIoSimulator, customerio: CustomerIo, waits: list[float], call: str
) -> None:
    segment = simulator.add_segment("vips")
    make, operation = CALLS[call]
    for fault in Fault:
        simulator.suppressed.clear()
        customerio.remove(segment, [profile("ana@example.com")])
        customerio.add(segment, [profile("bo@example.com")])
        waits.clear()
        simulator.inject(fault, operation)
        make(customerio)
        wanted = {"bo@example.com", "ana@example.com"} if call in ("add", "members") else set()
        assert simulator.members_of(segment) == wanted, fault
        assert len(waits) == 1, fault
        if fault is Fault.TOO_MANY_SECONDS:
            assert waits == [1]
        elif fault is not Fault.TOO_MANY_DATE:
            assert waits[0] <= 0.01


@pytest.mark.parametrize("call", CALLS)
def test_no_message_names_anybody(
    simulator: CustomerIoSimulator, customerio: CustomerIo, call: str
) -> None:
    simulator.add_segment("vips")
    make, operation = CALLS[call]
    for fault in (Fault.ERROR, Fault.DROPPED_BEFORE):
        simulator.inject(fault, operation, times=3)
        with pytest.raises(PlatformError, match="in 3 tries") as caught:
            make(customerio)
        for hidden in ("@", "%40", "example", KEY, SITE):
            assert hidden not in str(caught.value)
        assert caught.value.__cause__ is None


def test_the_limits_are_kept(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    simulator.add_segment("vips")
    for _ in range(130):
        customerio.remove("1", [profile("bo@example.com")])
    assert {entry.status for entry in simulator.journal} == {200}


def test_a_run_ends_in_time(simulator: CustomerIoSimulator) -> None:
    customerio = CustomerIo(SITE, KEY, Patience(seconds=0), simulator.base_url)
    with pytest.raises(OutOfTimeError):
        customerio.remove("1", [profile("bo@example.com")])


def test_the_contract_refuses_what_is_never_sent(simulator: CustomerIoSimulator) -> None:
    contract = Contract.of("customerio", US)
    person = {"type": "person", "action": "identify", "identifiers": {"email": "ana@example.com"}}

    def refused(path: str, content: object) -> None:
        with pytest.raises(ContractError):
            contract.check(posted(path, content))

    contract.check(posted("/api/v2/batch", {"batch": [{**person, "attributes": {"a": None}}]}))
    for name in ("unsubscribed", "cio_subscription_preferences.topics.topic_1", "id"):
        refused("/api/v2/batch", {"batch": [{**person, "attributes": {name: True}}]})
    refused("/api/v2/batch", {"batch": [{**person, "action": "suppress", "attributes": {}}]})
    refused("/api/v1/segments/1/add_customers", {"ids": ["ana@example.com"]})
    refused("/api/v1/segments/1/add_customers?id_type=email", {"ids": []})
    refused(f"/api/v1/customers/{quote('ana@example.com', safe='')}/unsuppress", None)


def posted(path: str, content: object) -> SentRequest:
    headers = {"Content-Type": "application/json", "Authorization": "Basic c2l0ZTprZXk="}
    return SentRequest("post", f"{US}{path}", headers, json.dumps(content).encode())


def as_to_the_vendor(simulator: CustomerIoSimulator, entry: Entry) -> SentRequest:
    """Return a request of the journal as if it had gone to Customer.io."""
    request = entry.request
    url = request.url.replace(simulator.base_url, US)
    return SentRequest(request.method.lower(), url, dict(request.headers), request.body or None)


def without_discriminators(description: Any) -> Any:
    """Return a description that leaves the choice among schemas to the schemas.

    The vendor's discriminators hold names of actions, and name no schema by them.
    """
    if isinstance(description, list):
        return [without_discriminators(part) for part in description]
    if not isinstance(description, dict):
        return description
    return {
        name: without_discriminators(part)
        for name, part in description.items()
        if name != "discriminator"
    }


@needs_specs
def test_the_vendor_would_take_all(simulator: CustomerIoSimulator, customerio: CustomerIo) -> None:
    description = without_discriminators(
        description_of(SPECS / "customerio" / "track-api-openapi.json")
    )
    # One of three kinds of text, it says, and no text is of only one.
    description["components"]["parameters"]["track_customer_id"]["schema"] = {"type": "string"}
    contract = Contract(description, US)
    segment = simulator.add_segment("vips")
    customerio.prepare(segment, ["city", "orders", "share", "is_new"])
    people = [
        profile("ana@example.com", city=None, orders=3, share=0.5, is_new=True),
        *map(profile, ODD),
    ]
    customerio.add(segment, people)
    customerio.remove(segment, people)
    for person in people:
        customerio.erase(person)
    asked = {operation.name for operation in simulator._operations}
    assert set(operations(simulator)) == asked
    for entry in simulator.journal:
        assert entry.status == 200
        contract.check(as_to_the_vendor(simulator, entry))
    # It does look: none of these is described.
    wrong = {"type": "person", "action": "identify", "identifiers": {"mail": "ana@example.com"}}
    for path, content in {
        "/api/v2/batch": {"batch": [wrong]},
        "/api/v1/segments/1/add_customers?id_type=mail": {"ids": ["ana@example.com"]},
        "/api/v1/segments/1/remove_customers?id_type=email": {"ids": []},
        "/api/v1/segments/vips/remove_customers?id_type=email": {"ids": ["ana@example.com"]},
    }.items():
        with pytest.raises(ContractError):
            contract.check(posted(path, content))
