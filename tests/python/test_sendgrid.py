"""SendGrid's adapter against its simulator, over HTTP."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from segmentry.activation.api import Patience
from segmentry.activation.errors import (
    CredentialsError,
    JobLostError,
    OutOfTimeError,
    PlatformError,
    RequestError,
    SyncError,
)
from segmentry.activation.platforms.interface import (
    Job,
    Outcome,
    Platform,
    Profile,
    Suppression,
    SuppressionKind,
    Value,
)
from segmentry.activation.platforms.sendgrid import (
    LONGEST_ADDRESS,
    MOST_ADDED,
    NOT_CONFIRMED,
    NOT_REMOVED_YET,
    SendGrid,
)
from segmentry.simulators.contract import Contract, ContractError
from segmentry.simulators.sendgrid import API_KEY, SendGridSimulator
from segmentry.simulators.server import Entry, Fault, Rate
from tests.python.vendor_contracts import (
    SPECS,
    check_all,
    cut_down,
    description_of,
    needs_specs,
    sent_of,
)

ANN = Profile("key of ann", "ann@example.org", {"first_name": "Ann"})
BOB = Profile("key of bob", "bob@example.org", {"first_name": "Bob"})
ZOE = Profile("key of zoe", "zoe@example.org", {"first_name": "Zoë"})

# Which file of SendGrid describes which paths, by how they begin.
FILES = {
    "/v3/marketing/contacts": (
        "tsg_mc_contacts_v3.json",
        ["", "/imports/{id}", "/search/emails"],
    ),
    "/v3/marketing/lists": ("tsg_mc_lists_v3.json", ["/{id}", "/{id}/contacts"]),
    "/v3/marketing/field_definitions": ("tsg_mc_custom_fields_v3.json", [""]),
    "/v3/suppression": (
        "tsg_suppressions_v3.json",
        ["/unsubscribes", "/bounces", "/spam_reports", "/invalid_emails"],
    ),
}


@pytest.fixture
def simulator() -> Iterator[SendGridSimulator]:
    with SendGridSimulator() as simulator:
        yield simulator


@pytest.fixture
def customers(simulator: SendGridSimulator) -> str:
    """Return the id of a list."""
    return simulator.add_list("Customers")


@pytest.fixture
def platform(simulator: SendGridSimulator) -> Iterator[SendGrid]:
    platform = connected(simulator)
    yield platform
    platform.close()


def connected(
    simulator: SendGridSimulator,
    tries: int = 3,
    timeout: float = 5,
    seconds: float = 60,
    api_key: str = API_KEY,
) -> SendGrid:
    patience = Patience(seconds=seconds, tries=tries, first_wait=0.01, timeout=timeout)
    return SendGrid(api_key, patience, simulator.base_url)


def added(platform: Platform, audience_id: str, profiles: list[Profile]) -> Outcome:
    job = platform.add(audience_id, profiles)
    if isinstance(job, Outcome):
        return job
    return finished(platform, job, audience_id, profiles)


def finished(platform: Platform, job: Job, audience_id: str, profiles: list[Profile]) -> Outcome:
    for _ in range(5):
        if outcome := platform.finish(job, audience_id, profiles):
            return outcome
    raise AssertionError("the job never ends")


def operations(simulator: SendGridSimulator) -> list[str]:
    return [entry.operation for entry in simulator.journal]


# Adding


def test_contacts_are_members_when_the_job_is_done(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.polls = 2
    job = platform.add(customers, [ANN, ZOE])
    assert isinstance(job, Job)
    assert simulator.members_of(customers) == set()
    assert [platform.finish(job, customers, [ANN, ZOE]) for _ in range(3)] == [
        None,
        None,
        Outcome(),
    ]
    assert simulator.members_of(customers) == {"ann@example.org", "zoe@example.org"}
    assert simulator.profile_of("ZOE@example.org") == {"first_name": "Zoë"}
    assert platform.member_count(customers) == 2
    assert platform.members(customers) is None


def test_adding_twice_and_a_job_of_another_process(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    assert added(platform, customers, [ANN]) == Outcome()
    job = platform.add(customers, [ANN, BOB])
    assert isinstance(job, Job)
    assert finished(connected(simulator), job, customers, [ANN, BOB]) == Outcome()
    assert simulator.members_of(customers) == {"ann@example.org", "bob@example.org"}


def test_letters_of_an_address_are_all_the_same(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.add_contact("ANN@Example.org")
    assert added(platform, customers, [replace(ANN, address="Ann@example.ORG")]) == Outcome()
    assert simulator.members_of(customers) == {"ann@example.org"}
    assert len(simulator.contacts) == 1
    assert platform.remove(customers, [replace(ANN, address="aNN@example.org")]) == Outcome()
    assert simulator.members_of(customers) == set()


def test_values_go_where_they_belong(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    kinds = {"tier": "Text", "orders": "Number", "last_order_on": "Date", "is_vip": "Text"}
    ids = {name: simulator.add_field(name, kind) for name, kind in kinds.items()}
    platform.prepare(customers, ["city", *kinds])
    properties: dict[str, Value] = {
        "city": "Oslo",
        "tier": 3,
        "orders": 2.5,
        "last_order_on": "2026-01-31",
        "is_vip": True,
    }
    profile = replace(ANN, properties=properties)
    assert added(platform, customers, [profile]) == Outcome()
    sent = next(entry for entry in simulator.journal if entry.operation == "add_contacts")
    assert sent.request.content["contacts"] == [
        {
            "email": ANN.address,
            "city": "Oslo",
            "custom_fields": {
                ids["tier"]: "3",
                ids["orders"]: 2.5,
                ids["last_order_on"]: "2026-01-31",
                ids["is_vip"]: "true",
            },
        }
    ]
    written = json.dumps(sent.request.content["contacts"][0], separators=(",", ":"))
    assert platform.size_of(profile) == len(written) + 1
    # What is not named stays.
    assert added(platform, customers, [replace(ANN, properties={"orders": 4})]) == Outcome()
    assert simulator.profile_of(ANN.address) == {
        "city": "Oslo",
        "tier": "3",
        "orders": 4,
        "last_order_on": "2026-01-31",
        "is_vip": "true",
    }


def test_null_empties_a_text_and_rejects_a_row_for_what_cannot_be_emptied(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.add_field("tier", "Text")
    simulator.add_field("orders", "Number")
    first = replace(ANN, properties={"tier": "gold", "orders": 2, "city": "Oslo"})
    assert added(platform, customers, [first]) == Outcome()
    emptied = replace(ANN, properties={"tier": None, "city": None})
    refused = replace(BOB, properties={"orders": None})
    assert added(platform, customers, [emptied, refused]) == Outcome(
        {BOB.key: "SendGrid has no way to take the value of the Number field orders away."}
    )
    assert simulator.profile_of(ANN.address) == {"tier": "", "orders": 2, "city": ""}
    assert simulator.profile_of(BOB.address) is None


def test_rows_that_cannot_be_held_do_not_stop_the_others(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.add_field("orders", "Number")
    simulator.add_field("last_order_on", "Date")
    rows = [
        ANN,
        replace(BOB, key="name", properties={"first_name": "x" * 51}),
        replace(BOB, key="number", properties={"orders": "many"}),
        replace(BOB, key="infinite", properties={"orders": float("inf")}),
        replace(BOB, key="truth", properties={"orders": True}),
        replace(BOB, key="date", properties={"last_order_on": 20260131}),
        replace(BOB, key="long", address="x" * LONGEST_ADDRESS + "@example.org"),
    ]
    outcome = added(platform, customers, rows)
    assert set(outcome.rejected) == {"name", "number", "infinite", "truth", "date", "long"}
    assert simulator.members_of(customers) == {ANN.address}
    assert all(platform.size_of(row) == 0 for row in rows[1:])
    before = len(simulator.journal)
    assert isinstance(platform.add(customers, rows[1:]), Outcome)
    assert len(simulator.journal) == before


def test_a_full_batch_is_within_the_limits() -> None:
    with SendGridSimulator(checks_contract=False) as simulator:
        audience = simulator.add_list("Customers")
        platform = connected(simulator, timeout=30)
        many = [Profile(f"key {i}", f"person{i}@example.org") for i in range(MOST_ADDED)]
        assert platform.limits.added == MOST_ADDED
        assert sum(platform.size_of(profile) for profile in many) < platform.limits.body_bytes
        simulator.refused = {f"person{i}@example.org": "no such domain" for i in range(7)}
        outcome = added(platform, audience, many)
        assert outcome.rejected == {f"key {i}": "no such domain" for i in range(7)}
        assert platform.member_count(audience) == MOST_ADDED - 7
        some = many[-platform.limits.removed :]
        assert platform.remove(audience, some) == Outcome()
        assert platform.member_count(audience) == MOST_ADDED - 7 - len(some)
        longest = max(len(entry.request.url) for entry in simulator.journal)
        assert longest < 8_000


# Rejects and jobs that go wrong


def test_rejects_are_of_their_rows_alone(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.refused = {"bob@example.org": "bob@example.org has no mailbox"}
    assert added(platform, customers, [ANN, BOB, ZOE]) == Outcome(
        {BOB.key: "<address> has no mailbox"}
    )
    assert simulator.members_of(customers) == {ANN.address, ZOE.address}
    read = next(entry for entry in simulator.journal if entry.operation == "read_errors")
    assert "authorization" not in read.request.headers


def test_a_batch_of_which_every_row_is_refused(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.refused = {ANN.address: "unlikely", BOB.address: "unlikely"}
    outcome = added(platform, customers, [ANN, BOB])
    assert outcome == Outcome({ANN.key: "unlikely", BOB.key: "unlikely"})


@pytest.mark.parametrize("loss", ["the file", "some rows"])
def test_nobody_is_confirmed_for_want_of_a_row_in_the_file(
    simulator: SendGridSimulator, platform: SendGrid, customers: str, loss: str
) -> None:
    # Bob is a member, but what is sent of him now is refused.
    assert added(platform, customers, [BOB]) == Outcome()
    simulator.contacts[BOB.address].updated_at = "2026-01-01T00:00:00Z"
    simulator.refused = {BOB.address: "refused", ZOE.address: "refused"}
    simulator.hides_errors = loss == "the file"
    simulator.most_errors = 1
    outcome = added(platform, customers, [ANN, BOB, ZOE])
    told = NOT_CONFIRMED if simulator.hides_errors else "refused"
    assert outcome.rejected == {BOB.key: told, ZOE.key: NOT_CONFIRMED}
    assert outcome.platform_ids == {ANN.key: simulator.contacts[ANN.address].contact_id}


@pytest.mark.parametrize("url", ["", "https://", "no address", "http://[", "ftp://127.0.0.1/x"])
def test_a_link_that_leads_nowhere(
    simulator: SendGridSimulator, platform: SendGrid, customers: str, url: str
) -> None:
    simulator.refused = {BOB.address: "refused"}
    job = platform.add(customers, [ANN, BOB])
    assert isinstance(job, Job)
    assert platform.finish(job, customers, [ANN, BOB]) is None
    simulator._do(simulator._imports[job.job_id])
    simulator._imports[job.job_id].results["errors_url"] = url
    outcome = finished(platform, job, customers, [ANN, BOB])
    assert outcome.rejected == {BOB.key: NOT_CONFIRMED}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"CODE,ERROR\n1,2\n", b"EMAIL\n\n", b"\0"])
def test_a_file_that_says_nothing(
    simulator: SendGridSimulator, platform: SendGrid, customers: str, content: bytes
) -> None:
    simulator.refused = {BOB.address: "refused"}
    job = platform.add(customers, [ANN, BOB])
    assert isinstance(job, Job)
    simulator._do(simulator._imports[job.job_id])
    simulator._imports[job.job_id].errors = content
    outcome = finished(platform, job, customers, [ANN, BOB])
    assert outcome.rejected == {BOB.key: NOT_CONFIRMED}


def test_a_job_that_read_fewer_contacts_than_were_sent(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    job = platform.add(customers, [ANN])
    assert isinstance(job, Job)
    outcome = finished(platform, job, customers, [ANN, BOB])
    assert outcome.rejected == {BOB.key: NOT_CONFIRMED}
    assert set(outcome.platform_ids) == {ANN.key}


def test_lost_jobs(simulator: SendGridSimulator, platform: SendGrid, customers: str) -> None:
    simulator.cancel_next_job()
    with pytest.raises(JobLostError):
        added(platform, customers, [ANN])
    job = platform.add(customers, [ANN])
    assert isinstance(job, Job)
    simulator.forget_jobs()
    with pytest.raises(JobLostError):
        platform.finish(job, customers, [ANN])
    job = platform.add(customers, [ANN])
    assert isinstance(job, Job)
    simulator._imports[job.job_id].status = "odd"
    with pytest.raises(JobLostError):
        platform.finish(job, customers, [ANN])
    assert simulator.members_of(customers) == set()


def test_a_stuck_job_is_at_work(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.stuck_jobs = True
    job = platform.add(customers, [ANN])
    assert isinstance(job, Job)
    assert [platform.finish(job, customers, [ANN]) for _ in range(5)] == [None] * 5
    simulator.stuck_jobs = False
    assert finished(platform, job, customers, [ANN]) == Outcome()


# Preparing


def test_what_is_missing_is_named_with_where_it_is_made(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.add_field("tier", "Text")
    platform.prepare(customers, ["tier", "first_name", "phone_number"])
    with pytest.raises(PlatformError, match=r"no list with the id nowhere.*Marketing > Contacts"):
        platform.prepare("nowhere", [])
    with pytest.raises(PlatformError, match=r"no field basket, orders: .* Custom Fields"):
        platform.prepare(customers, ["tier", "orders", "basket"])
    with pytest.raises(PlatformError, match="can't write created_at, external_id"):
        platform.prepare(customers, ["external_id", "created_at"])
    with pytest.raises(PlatformError, match="no field orders"):
        platform.add(customers, [replace(ANN, properties={"orders": 2})])
    assert not list(simulator.writes())


def test_credentials_that_are_refused(simulator: SendGridSimulator, customers: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        connected(simulator, api_key="SG.wrong").prepare(customers, [])
    assert "SG.wrong" not in str(caught.value)


# Removing


def test_removing_leaves_the_contact(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    other = simulator.add_list("Others")
    simulator.add_contact(BOB.address, other)
    assert added(platform, customers, [ANN]) == Outcome()
    simulator._join(simulator.contacts[ANN.address], other)
    assert platform.remove(customers, [ANN, BOB, ZOE]) == Outcome()
    assert simulator.members_of(customers) == set()
    assert simulator.members_of(other) == {ANN.address, BOB.address}
    assert simulator.profile_of(ANN.address) == {"first_name": "Ann"}
    # Whoever is not there was removed, without a request that changes anything.
    before = len(list(simulator.writes()))
    assert platform.remove(customers, [ANN, BOB, ZOE]) == Outcome()
    assert len(list(simulator.writes())) == before


def test_known_and_stale_ids(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    known, stale = (
        replace(profile, platform_id=simulator.add_contact(profile.address, customers))
        for profile in (ANN, BOB)
    )
    simulator.renew_id(BOB.address)
    assert platform.remove(customers, [known]) == Outcome()
    assert simulator.members_of(customers) == {BOB.address}
    simulator.journal.clear()
    assert platform.remove(customers, [stale]) == Outcome()
    assert simulator.members_of(customers) == set()
    assert operations(simulator) == [
        "remove_from_list",
        "search_emails",
        "remove_from_list",
        "search_emails",
    ]


def test_a_removal_is_confirmed_when_it_is_done(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.add_contact(ANN.address, customers)
    simulator.late_searches = 1
    assert platform.remove(customers, [ANN]) == Outcome()
    assert operations(simulator).count("remove_from_list") == 1
    simulator.add_contact(ANN.address, customers)
    simulator.late_searches = 9
    assert platform.remove(customers, [ANN]) == Outcome({ANN.key: NOT_REMOVED_YET})


def test_addresses_that_sendgrid_takes_for_none(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    simulator.add_contact(ANN.address, customers)
    odd = Profile("key of odd", "odd@nowhere")
    assert added(platform, customers, [odd]).rejected == {odd.key: "invalid email"}
    assert platform.remove(customers, [ANN, odd, BOB]) == Outcome()
    assert simulator.members_of(customers) == set()
    long = replace(odd, address="x" * LONGEST_ADDRESS + "@example.org")
    assert platform.remove(customers, [long]) == Outcome()


# Suppressions and erasure


def test_suppressions_are_read_page_by_page(
    simulator: SendGridSimulator, platform: SendGrid
) -> None:
    for place in range(1_001):
        simulator.suppress(f"Person{place}@example.org", "unsubscribed")
    for place in range(500):
        simulator.suppress(f"bounced{place}@example.org", "bounced")
    simulator.suppress("angry@example.org", "complained")
    simulator.suppress("nobody@example.org", "suppressed")
    told = list(platform.suppressions())
    assert len(told) == len(set(told)) == 1_001 + 500 + 2
    assert told[0] == Suppression("Person1000@example.org", SuppressionKind.UNSUBSCRIBED)
    assert told[-2:] == [
        Suppression("angry@example.org", SuppressionKind.COMPLAINED),
        Suppression("nobody@example.org", SuppressionKind.SUPPRESSED),
    ]
    assert sum(one.kind is SuppressionKind.BOUNCED for one in told) == 500
    assert operations(simulator).count("list_unsubscribes") == 3


def test_erasing(simulator: SendGridSimulator, platform: SendGrid, customers: str) -> None:
    simulator.add_contact(BOB.address)
    simulator.suppress(ANN.address, "unsubscribed")
    assert added(platform, customers, [ANN]) == Outcome()
    platform.erase(ANN)
    assert simulator.profile_of(ANN.address) is None
    assert simulator.profile_of(BOB.address) is not None
    assert simulator.members_of(customers) == set()
    assert simulator.suppressed()["unsubscribes"] == {ANN.address}
    before = len(list(simulator.writes()))
    platform.erase(ANN)
    assert len(list(simulator.writes())) == before


def test_an_erasure_is_done_or_said_not_to_be(
    simulator: SendGridSimulator, platform: SendGrid
) -> None:
    simulator.add_contact(ANN.address)
    simulator.late_searches = 9
    with pytest.raises(PlatformError, match="has not done it yet"):
        platform.erase(ANN)
    assert operations(simulator).count("delete_contacts") == 1
    with pytest.raises(PlatformError, match="by hand"):
        platform.erase(replace(ANN, address="x" * LONGEST_ADDRESS + "@example.org"))


# Faults


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("name", ["add_contacts", "search_emails"])
def test_a_fault_is_waited_out(
    simulator: SendGridSimulator, customers: str, fault: Fault, name: str
) -> None:
    platform = connected(simulator, timeout=0.2 if fault is Fault.SILENT else 5)
    slept: list[float] = []
    platform.patience.sleep = slept.append
    simulator.inject(fault, name)
    if name == "add_contacts":
        assert added(platform, customers, [ANN]) == Outcome()
        assert simulator.members_of(customers) == {ANN.address}
    else:
        simulator.add_contact(ANN.address, customers)
        assert platform.remove(customers, [ANN]) == Outcome()
        assert simulator.members_of(customers) == set()
    if fault is Fault.TOO_MANY_SECONDS:
        assert max(slept) == 1
    elif fault is not Fault.TOO_MANY_DATE:
        assert max(slept) < 0.1


@pytest.mark.parametrize("name", ["add_contacts", "get_import", "search_emails"])
def test_faults_without_end(simulator: SendGridSimulator, customers: str, name: str) -> None:
    platform = connected(simulator)
    simulator.add_contact(ANN.address, customers)
    simulator.inject(Fault.UNAVAILABLE, name, times=9)
    with pytest.raises(PlatformError) as caught:
        added(platform, customers, [ANN])
        platform.remove(customers, [ANN])
    assert "in 3 tries: it answered 503" in str(caught.value)


def test_limits_of_the_account_are_kept(
    simulator: SendGridSimulator, platform: SendGrid, customers: str
) -> None:
    for profile in (ANN, BOB, ZOE, ANN):
        platform.add(customers, [profile])
    assert {entry.status for entry in simulator.journal} == {202}


def test_requests_beyond_the_limits_are_waited_out(
    simulator: SendGridSimulator, customers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        SendGridSimulator, "rates", {**SendGridSimulator.rates, "contacts": [Rate(3, 0.5)]}
    )
    for _ in range(3):
        connected(simulator).add(customers, [ANN])
    patient = connected(simulator, tries=9)
    patient.patience.first_wait = 0.1
    patient.add(customers, [ANN])
    assert 429 in {entry.status for entry in simulator.journal}


def test_a_run_without_time_asks_nothing(simulator: SendGridSimulator, customers: str) -> None:
    with pytest.raises(OutOfTimeError):
        connected(simulator, seconds=0).add(customers, [ANN])
    assert not simulator.journal


def test_no_error_holds_an_address_or_the_key(simulator: SendGridSimulator, customers: str) -> None:
    platform = connected(simulator, tries=1)
    texts = []

    def keep(error: SyncError) -> None:
        texts.extend([str(error), repr(error), str(error.__cause__)])

    asked: dict[str, Callable[[], object]] = {
        "search_emails": lambda: platform.erase(ANN),
        "delete_contacts": lambda: platform.erase(ANN),
        "remove_from_list": lambda: platform.remove(customers, [ANN]),
        "list_bounces": lambda: list(platform.suppressions()),
    }
    simulator.add_contact(ANN.address, customers)
    for name, ask in asked.items():
        for fault in (Fault.ERROR, Fault.DROPPED_BEFORE):
            simulator.inject(fault, name)
            with pytest.raises(SyncError) as caught:
                ask()
            keep(caught.value)
    with pytest.raises(RequestError) as refused:
        platform.add("ann@example.org", [ANN])
    keep(refused.value)
    with pytest.raises(PlatformError) as missing:
        platform.prepare("ann@example.org", [])
    keep(missing.value)
    with pytest.raises(CredentialsError) as credentials:
        connected(simulator, api_key="SG.wrong").erase(ANN)
    keep(credentials.value)
    assert not [text for text in texts if "@" in text or "%40" in text or "SG." in text]


# What was asked, as a whole


def everything(simulator: SendGridSimulator) -> list[Entry]:
    """Have the adapter do all that it can, and return the journal."""
    audience = simulator.add_list("Customers")
    for name, kind in (("tier", "Text"), ("orders", "Number"), ("last_order_on", "Date")):
        simulator.add_field(name, kind)
    platform = connected(simulator)
    platform.prepare(audience, ["tier", "orders", "last_order_on", "city"])
    properties: dict[str, Value] = {
        "tier": None,
        "orders": 3,
        "last_order_on": "2026-01-31",
        "city": "Oslo",
    }
    simulator.refused = {BOB.address: "refused"}
    added(platform, audience, [replace(ANN, properties=properties), BOB, ZOE])
    simulator.hides_errors = True
    added(platform, audience, [ANN, BOB])
    for kind in SuppressionKind:
        simulator.suppress(BOB.address, kind)
    before = simulator.suppressed()
    list(platform.suppressions())
    platform.member_count(audience)
    platform.remove(audience, [ANN, BOB])
    platform.erase(ZOE)
    platform.erase(BOB)
    platform.close()
    assert simulator.suppressed() == before
    return simulator.journal


def test_nothing_is_asked_that_touches_consent(simulator: SendGridSimulator) -> None:
    journal = everything(simulator)
    assert set(operations(simulator)) == {one.name for one in simulator._operations}
    assert {entry.operation for entry in simulator.writes()} == {
        "add_contacts",
        "remove_from_list",
        "delete_contacts",
    }
    for entry in journal:
        path = entry.request.path
        assert "/asm/" not in path
        assert "/suppression/" not in path or entry.request.method == "GET"
        if not path.startswith("/files/"):
            assert entry.request.headers["authorization"] == f"Bearer {API_KEY}"
        assert "delete_all_contacts" not in entry.request.url


@needs_specs
def test_sendgrid_s_own_description_allows_what_is_asked(simulator: SendGridSimulator) -> None:
    contracts = [
        (
            start,
            Contract(
                cut_down(description_of(SPECS / "sendgrid" / name), [start + end for end in ends]),
                simulator.base_url,
            ),
        )
        for start, (name, ends) in FILES.items()
    ]
    journal = [
        entry for entry in everything(simulator) if not entry.request.path.startswith("/files/")
    ]
    check_all(journal, contracts)
    # It does tell: without what a request needs, it is refused.
    bounces = next(entry for entry in journal if entry.operation == "list_bounces")
    sent = sent_of(bounces)
    del sent.headers["accept"]
    with pytest.raises(ContractError):
        contracts[-1][1].check(sent)
