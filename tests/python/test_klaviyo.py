"""The adapter of Klaviyo against its simulator, over HTTP."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from segmentry.activation.api import Patience
from segmentry.activation.errors import (
    CredentialsError,
    JobLostError,
    PlatformError,
    RequestError,
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
from segmentry.activation.platforms.klaviyo import LIMITS, LONGEST_FILTER, Klaviyo, portions
from segmentry.simulators.contract import Contract, ContractError, SentRequest
from segmentry.simulators.klaviyo import KlaviyoSimulator
from segmentry.simulators.server import Answer, Fault, Request
from tests.python.vendor_contracts import SPECS, cut_down, needs_specs, repaired, sent_of

VENDOR_FILE = SPECS / "klaviyo" / "stable.json"
VENDOR_PATHS = (
    "/api/profile-bulk-import-jobs",
    "/api/profile-bulk-import-jobs/{job_id}",
    "/api/profile-bulk-import-jobs/{id}/import-errors",
    "/api/profiles",
    "/api/profiles/{id}",
    "/api/lists/{id}",
    "/api/lists/{id}/profiles",
    "/api/lists/{id}/relationships/profiles",
    "/api/data-privacy-deletion-jobs",
)
TRIES = 3
REASON = "The domain of ann@shop.example does not exist."


@dataclass
class Account:
    """A simulated account, the adapter of it, and a list."""

    simulator: KlaviyoSimulator
    platform: Klaviyo
    list_id: str
    waits: list[float] = field(default_factory=list)

    def add(self, *profiles: Profile) -> Outcome:
        """Add profiles, and poll until it is known what became of them."""
        added = self.platform.add(self.list_id, profiles)
        while isinstance(added, Job):
            outcome = self.platform.finish(added, self.list_id, profiles)
            if outcome:
                return outcome
        return added

    @property
    def operations(self) -> list[str]:
        """What was asked, in turn."""
        return [entry.operation for entry in self.simulator.journal]


def account_on(
    simulator: KlaviyoSimulator, key: str = "pk_simulated", timeout: float = 0.3
) -> Account:
    """Return an account whose adapter waits for no time at all."""
    waits: list[float] = []
    patience = Patience(
        seconds=60, tries=TRIES, first_wait=0.01, timeout=timeout, sleep=waits.append
    )
    platform = Klaviyo(key, patience, simulator.base_url)
    return Account(simulator, platform, simulator.add_list("Regulars"), waits)


@pytest.fixture
def account() -> Iterator[Account]:
    """Yield an account with an empty list."""
    with KlaviyoSimulator() as simulator:
        account = account_on(simulator)
        yield account
        account.platform.close()


def person(name: str, platform_id: str | None = None, **properties: Value) -> Profile:
    """Return somebody at the shop's domain."""
    return Profile(f"key of {name}", f"{name}@shop.example", properties, platform_id)


def test_it_is_a_platform(account: Account) -> None:
    platform: Platform = account.platform
    assert platform.limits == LIMITS


def test_added_profiles_are_members_with_their_values(account: Account) -> None:
    ann = Profile(
        "a",
        "ann@shop.example",
        {
            "first_name": "Ann",
            "location.city": "Köln",
            "location.zip": 50667,
            "orders": 3,
            "spent": 12.5,
            "is_regular": True,
            "last_order_on": "2026-05-01",
        },
    )
    assert account.add(ann, person("bob")) == Outcome()
    assert account.simulator.members_of(account.list_id) == {"ann@shop.example", "bob@shop.example"}
    kept = account.simulator.profile_of("ann@shop.example")
    assert kept
    assert kept.attributes == {"first_name": "Ann"}
    assert kept.location == {"city": "Köln", "zip": "50667"}
    assert kept.properties == {
        "orders": 3,
        "spent": 12.5,
        "is_regular": True,
        "last_order_on": "2026-05-01",
    }


def test_finish_asks_once_and_says_nothing_of_unfinished_jobs(account: Account) -> None:
    account.simulator.polls_until_complete = 3
    job = account.platform.add(account.list_id, [person("ann")])
    assert isinstance(job, Job)
    assert account.platform.finish(job, account.list_id, [person("ann")]) is None
    assert account.platform.finish(job, account.list_id, [person("ann")]) is None
    assert account.operations == ["create_import_job", "get_import_job", "get_import_job"]
    assert account.platform.finish(job, account.list_id, [person("ann")]) == Outcome()
    assert account.platform.finish(job, account.list_id, [person("ann")]) == Outcome()


def test_what_is_not_named_stays_and_null_takes_away(account: Account) -> None:
    before: dict[str, Value] = {
        "first_name": "Ann",
        "last_name": "Lee",
        "location.city": "Köln",
        "location.zip": "50667",
        "orders": 3,
        "colour": "red",
    }
    account.add(Profile("a", "ann@shop.example", before))
    nulls: dict[str, Value] = {"last_name": None, "location.zip": None, "orders": None}
    outcome = account.add(Profile("a", "ann@shop.example", nulls), person("bob", orders=None))
    kept = account.simulator.profile_of("ann@shop.example")
    assert kept
    assert kept.attributes == {"first_name": "Ann"}
    assert kept.location == {"city": "Köln"}
    assert kept.properties == {"colour": "red"}
    assert outcome == Outcome(platform_ids={"a": kept.profile_id})
    bodies = [entry.request.body for entry in account.simulator.writes()]
    assert sum(b"null" in body for body in bodies) == 1


def test_a_profile_that_can_not_be_cleared_is_rejected(account: Account) -> None:
    account.add(person("ann", first_name="Ann"))
    ann = person("ann", first_name=None)
    job = account.platform.add(account.list_id, [ann])
    assert isinstance(job, Job)
    assert account.platform.finish(job, account.list_id, [ann]) is None
    # Completed by another poll, so that the reason hits the second request alone.
    Klaviyo("pk_simulated", Patience(), account.simulator.base_url).finish(
        job, account.list_id, [person("ann")]
    )
    account.simulator.refused["ann@shop.example"] = REASON
    outcome = account.platform.finish(job, account.list_id, [ann])
    assert outcome
    assert outcome.rejected == {ann.key: "The domain of <address> does not exist."}


@pytest.mark.parametrize("told", ["errors_have_payloads", "errors_have_pointers"])
def test_rejects_are_those_rows_alone(account: Account, told: str) -> None:
    account.simulator.errors_have_payloads = told == "errors_have_payloads"
    account.simulator.errors_have_pointers = told == "errors_have_pointers"
    # More than a page of them.
    people = [person(f"p{number}", orders=number) for number in range(250)]
    refused = people[::2]
    for each in refused:
        account.simulator.refused[each.address] = f"{each.address.upper()} is no address."
    outcome = account.add(*people)
    assert outcome.rejected == {each.key: "<address> is no address." for each in refused}
    assert account.simulator.members_of(account.list_id) == {each.address for each in people[1::2]}
    assert account.operations.count("get_import_errors") == 2


def test_rejects_that_are_not_told_apart_confirm_nobody(account: Account) -> None:
    account.simulator.errors_have_payloads = account.simulator.errors_have_pointers = False
    account.simulator.refused["ann@shop.example"] = REASON
    ann, bob = person("ann"), person("bob")
    outcome = account.add(ann, bob)
    assert set(outcome.rejected) == {ann.key, bob.key}
    assert "did not say which" in outcome.rejected[bob.key]


def test_rows_for_which_a_job_is_not_taken_are_left_out(account: Account) -> None:
    account.simulator.refused_at_once["bob@shop.example"] = "bob@shop.example is no address."
    account.simulator.refused["dan@shop.example"] = REASON
    people = [person(name) for name in ("ann", "bob", "cid", "dan")]
    job = account.platform.add(account.list_id, people)
    assert isinstance(job, Job)
    assert "@" not in job.job_id
    # A restart: what was left out is known from the job alone.
    account.simulator.errors_have_payloads = False
    account.platform.finish(job, account.list_id, people)
    outcome = account.platform.finish(Job(job.job_id), account.list_id, people)
    assert outcome
    assert outcome.rejected == {
        people[1].key: "<address> is no address.",
        people[3].key: "The domain of <address> does not exist.",
    }
    assert account.simulator.members_of(account.list_id) == {"ann@shop.example", "cid@shop.example"}
    assert account.add(people[1]).rejected == {people[1].key: "<address> is no address."}


def test_a_job_that_is_refused_as_a_whole_is_an_error_without_addresses(account: Account) -> None:
    with pytest.raises(RequestError, match="There is no list Lxx"):
        account.platform.add("Lxx", [person("ann")])


def test_lost_jobs_confirm_nobody(account: Account) -> None:
    account.simulator.cancel_next_job = True
    with pytest.raises(JobLostError, match="cancelled"):
        account.add(person("ann"))
    job = account.platform.add(account.list_id, [person("ann")])
    assert isinstance(job, Job)
    account.simulator.forget_jobs()
    with pytest.raises(JobLostError, match="does not know"):
        account.platform.finish(job, account.list_id, [person("ann")])
    assert account.simulator.members_of(account.list_id) == set()


def test_a_stuck_job_stays_unfinished(account: Account) -> None:
    account.simulator.stuck_jobs = True
    job = account.platform.add(account.list_id, [person("ann")])
    assert isinstance(job, Job)
    assert not any(account.platform.finish(job, account.list_id, [person("ann")]) for _ in range(8))


def test_removed_are_looked_up_by_address_in_any_letter_case(account: Account) -> None:
    ids = {
        name: account.simulator.add_profile(f"{name.title()}@Shop.example", account.list_id)
        for name in ("ann", "bob", "cid")
    }
    outcome = account.platform.remove(
        account.list_id, [person("ann"), person("bob", ids["bob"]), person("stranger")]
    )
    assert outcome == Outcome(platform_ids={f"key of {name}": ids[name] for name in ("ann", "bob")})
    assert account.simulator.members_of(account.list_id) == {"cid@shop.example"}
    assert account.simulator.profile_of("ann@shop.example")
    # Once more: they are no members any more.
    account.platform.remove(account.list_id, [person("ann"), person("bob")])
    assert list(account.platform.members(account.list_id)) == ["Cid@Shop.example"]


def test_nobody_to_remove_is_no_write(account: Account) -> None:
    assert account.platform.remove(account.list_id, [person("stranger")]) == Outcome()
    assert list(account.simulator.writes()) == []


def test_stale_ids_are_looked_up_anew(account: Account) -> None:
    stale = {
        name: account.simulator.add_profile(f"{name}@shop.example", account.list_id)
        for name in ("ann", "bob")
    }
    new = account.simulator.replace_id("ann@shop.example")
    outcome = account.platform.remove(
        account.list_id, [person("ann", stale["ann"]), person("bob", stale["bob"])]
    )
    assert outcome.platform_ids == {"key of ann": new, "key of bob": stale["bob"]}
    assert account.simulator.members_of(account.list_id) == set()


def test_removing_from_a_list_that_is_not_there_is_an_error(account: Account) -> None:
    ann = person("ann", account.simulator.add_profile("ann@shop.example"))
    with pytest.raises(RequestError, match="no such list"):
        account.platform.remove("Lxx", [ann])


def test_a_thousand_are_removed_in_one_request(account: Account) -> None:
    people = [person(f"p{number}") for number in range(LIMITS.removed)]
    for each in people:
        account.simulator.add_profile(each.address, account.list_id)
    account.platform.remove(account.list_id, people)
    assert account.simulator.members_of(account.list_id) == set()
    assert account.operations.count("remove_list_profiles") == 1
    assert account.operations.count("get_profiles") == 10


def test_long_addresses_make_small_portions() -> None:
    addresses = [f"{'ü' * 60}+{number}@shop.example" for number in range(100)]
    parts = list(portions(addresses))
    assert [address for part in parts for address in part] == addresses
    assert len(parts) > 1
    assert all(len(part) * 60 * 6 < LONGEST_FILTER for part in parts)


def test_ten_thousand_profiles_are_one_job() -> None:
    with KlaviyoSimulator(checks_contract=False) as simulator:
        account = account_on(simulator, timeout=30)
        people = [person(f"p{number}", orders=number) for number in range(LIMITS.added)]
        assert account.add(*people) == Outcome()
        assert account.platform.member_count(account.list_id) == LIMITS.added
        sent = len(simulator.journal[0].request.body)
        sizes = sum(account.platform.size_of(each) for each in people)
        assert sizes <= sent <= sizes + 1_000


def test_prepare_tells_what_is_missing(account: Account) -> None:
    account.platform.prepare(account.list_id, ["orders", "first_name", "location.city"])
    with pytest.raises(PlatformError, match="no list Lxx"):
        account.platform.prepare("Lxx", [])
    for name in ("external_id", "phone_number", "subscriptions", "$consent"):
        with pytest.raises(PlatformError, match="can't be sent"):
            account.platform.prepare(account.list_id, [name])
    with pytest.raises(PlatformError, match="external_id"):
        account.platform.add(account.list_id, [person("ann", external_id="17")])
    assert list(account.simulator.writes()) == []


def test_members_are_counted_and_read_by_pages(account: Account) -> None:
    for number in range(230):
        account.simulator.add_profile(f"P{number}@shop.example", account.list_id)
    assert account.platform.member_count(account.list_id) == 230
    assert list(account.platform.members(account.list_id)) == [
        f"P{number}@shop.example" for number in range(230)
    ]
    assert account.operations.count("get_list_profiles") == 3


def test_suppressions_come_with_their_kinds_the_latest_first(account: Account) -> None:
    simulator = account.simulator
    simulator.add_profile("Ann@Shop.example")
    simulator.suppress("ann@shop.example", "HARD_BOUNCE")
    simulator.suppress("bob@shop.example", "SPAM_COMPLAINT")
    simulator.suppress("bob@shop.example", "UNSUBSCRIBE")
    simulator.suppress("cid@shop.example", "USER_SUPPRESSED")
    simulator.suppress("dan@shop.example", "INVALID_EMAIL")
    simulator.suppress("eve@shop.example", "A_NEW_REASON")
    simulator.unsubscribe("fay@shop.example")
    simulator.unsubscribe("gus@shop.example", suppresses=False)
    simulator.add_profile("hal@shop.example")
    assert list(account.platform.suppressions()) == [
        Suppression("fay@shop.example", SuppressionKind.UNSUBSCRIBED),
        Suppression("eve@shop.example", SuppressionKind.SUPPRESSED),
        Suppression("dan@shop.example", SuppressionKind.BOUNCED),
        Suppression("cid@shop.example", SuppressionKind.SUPPRESSED),
        Suppression("bob@shop.example", SuppressionKind.COMPLAINED),
        Suppression("Ann@Shop.example", SuppressionKind.BOUNCED),
        Suppression("gus@shop.example", SuppressionKind.UNSUBSCRIBED),
    ]


def test_all_pages_of_suppressions_are_read_unless_the_reader_stops(account: Account) -> None:
    for number in range(150):
        account.simulator.suppress(f"p{number}@shop.example")
    for number in range(150):
        account.simulator.add_profile(f"q{number}@shop.example")
    assert len(list(account.platform.suppressions())) == 150
    assert len(account.operations) == 2 + 3
    assert next(account.platform.suppressions()).address == "p149@shop.example"
    assert len(account.operations) == 2 + 3 + 1


def test_an_import_leaves_consent_as_it_is(account: Account) -> None:
    account.simulator.suppress("ann@shop.example", "SPAM_COMPLAINT")
    account.simulator.unsubscribe("bob@shop.example")
    before = set(account.platform.suppressions())
    account.add(person("ann", first_name=None), person("bob", orders=1))
    account.platform.remove(account.list_id, [person("ann"), person("bob")])
    assert set(account.platform.suppressions()) == before


def test_the_erased_are_gone_and_may_be_erased_again(account: Account) -> None:
    account.simulator.add_profile("Ann@shop.example", account.list_id)
    account.platform.erase(person("ann"))
    account.platform.erase(person("ann"))
    assert account.simulator.profile_of("ann@shop.example") is None
    assert account.simulator.members_of(account.list_id) == set()


WAITED = {Fault.TOO_MANY_SECONDS: 1.0, Fault.TOO_MANY_DATE: 0.0}


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name.lower())
def test_faults_of_a_write_are_outlived(account: Account, fault: Fault) -> None:
    account.simulator.inject(fault, "create_import_job")
    account.simulator.inject(fault, "remove_list_profiles")
    account.add(person("ann"), person("bob"))
    account.platform.remove(account.list_id, [person("bob")])
    assert account.simulator.members_of(account.list_id) == {"ann@shop.example"}
    assert len(account.waits) == 2
    assert all(wait >= WAITED.get(fault, 0.005) for wait in account.waits)


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name.lower())
def test_faults_of_a_read_are_outlived(account: Account, fault: Fault) -> None:
    reads = ("get_import_job", "get_import_errors", "get_profiles", "get_list_profiles")
    for operation in reads:
        account.simulator.inject(fault, operation)
    account.simulator.refused["bob@shop.example"] = REASON
    outcome = account.add(person("ann", first_name=None), person("bob"))
    assert set(outcome.rejected) == {"key of bob"}
    assert list(account.platform.members(account.list_id)) == ["ann@shop.example"]
    assert len(account.waits) == len(reads)


def everything(account: Account) -> None:
    """Do all that a platform is asked for."""
    simulator, platform = account.simulator, account.platform
    platform.prepare(account.list_id, ["orders"])
    simulator.refused["dan@shop.example"] = REASON
    simulator.refused_at_once["eve@shop.example"] = REASON
    values: dict[str, Value] = {
        "first_name": "Ann",
        "last_name": None,
        "location.city": "Köln",
        "location.latitude": 50.94,
        "location.zip": None,
        "orders": 3,
        "colour": None,
    }
    people = [Profile(name, f"{name}+x@shop.example", values) for name in ("ann", "bob", "cid")]
    account.add(*people, person("dan"), person("eve"))
    for number in range(120):
        simulator.add_profile(f"p{number}@shop.example", account.list_id)
    simulator.suppress("sue@shop.example")
    assert platform.member_count(account.list_id) == 123
    assert len(list(platform.members(account.list_id))) == 123
    assert len(list(platform.suppressions())) == 1
    platform.remove(account.list_id, [people[0], person("p1", "stale")])
    platform.erase(people[1])


def test_nothing_asked_for_changes_consent(account: Account) -> None:
    everything(account)
    operations = set(account.operations)
    assert operations == {
        "create_import_job",
        "get_import_job",
        "get_import_errors",
        "get_profiles",
        "update_profile",
        "get_list",
        "get_list_profiles",
        "remove_list_profiles",
        "create_deletion_job",
    }
    for entry in account.simulator.writes():
        for word in (b"subscri", b"suppress", b"consent", b"external_id", b"phone_number"):
            assert word not in entry.request.body


def changed(request: Request, **headers: str | None) -> SentRequest:
    """Return a request with other headers; null takes one away."""
    merged = {**request.headers, **headers}
    kept = {name: value for name, value in merged.items() if value is not None}
    return SentRequest(request.method.lower(), request.url, kept, request.body or None)


@needs_specs
def test_the_vendor_would_take_every_request(account: Account) -> None:
    everything(account)
    description = cut_down(json.loads(VENDOR_FILE.read_text(encoding="utf-8")), VENDOR_PATHS)
    vendor = Contract(repaired(description), account.simulator.base_url)
    for entry in account.simulator.journal:
        vendor.check(sent_of(entry))
    # That it refuses what is wrong.
    write = next(entry.request for entry in account.simulator.writes())
    with pytest.raises(ContractError):
        vendor.check(changed(write, revision=None))
    body = json.dumps(write.content).replace('"ann+x@shop.example"', "5").encode()
    wrong = Request(write.method, write.url, write.headers, body)
    with pytest.raises(ContractError):
        vendor.check(changed(wrong))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"email"', '"mail"'),
        lambda text: text.replace('"relationships"', '"relations"'),
        lambda text: text.replace('"properties"', '"subscriptions"'),
        lambda text: text.replace('"type":"list"', '"type":"segment"'),
    ],
)
def test_the_contract_refuses_what_is_not_described(
    account: Account, spoil: Callable[[str], str]
) -> None:
    account.add(person("ann", orders=1))
    write = next(entry.request for entry in account.simulator.writes())
    contract = Contract.of("klaviyo", account.simulator.base_url)
    contract.check(changed(write))
    wrong = Request(write.method, write.url, write.headers, spoil(write.body.decode()).encode())
    with pytest.raises(ContractError):
        contract.check(changed(wrong))
    with pytest.raises(ContractError):
        contract.check(changed(write, revision=None))
    with pytest.raises(ContractError):
        contract.check(changed(write, revision="2024-02-15"))


def test_a_wrong_key_or_revision_is_refused(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = account_on(account.simulator, "pk_wrong")
    with pytest.raises(CredentialsError) as refused:
        stranger.platform.prepare(account.list_id, [])
    assert "pk_wrong" not in str(refused.value)
    monkeypatch.setattr("segmentry.activation.platforms.klaviyo.REVISION", "2024-02-15")
    with pytest.raises(RequestError, match="revision"):
        account_on(account.simulator).platform.prepare(account.list_id, [])


def test_no_error_names_an_address_or_the_key(account: Account) -> None:
    simulator, platform, list_id = account.simulator, account.platform, account.list_id
    simulator.add_profile("ann@shop.example", list_id)
    ann = person("ann", orders=1)
    asked: dict[str, Callable[[], object]] = {
        "get_list": lambda: platform.prepare(list_id, []),
        "create_import_job": lambda: platform.add(list_id, [ann]),
        "get_profiles": lambda: platform.remove(list_id, [ann]),
        "remove_list_profiles": lambda: platform.remove(list_id, [ann]),
        "create_deletion_job": lambda: platform.erase(ann),
        "get_list_profiles": lambda: list(platform.members(list_id)),
    }
    faults = (Fault.ERROR, Fault.DROPPED_BEFORE)
    for operation, ask in asked.items():
        for fault in faults:
            simulator.inject(fault, operation, times=TRIES)
            with pytest.raises(PlatformError) as failed:
                ask()
            assert "@" not in str(failed.value)
            assert "pk_simulated" not in str(failed.value)


def test_what_klaviyo_says_is_shown_without_addresses_and_key(account: Account) -> None:
    detail = "pk_simulated may not delete Ann@shop.example"
    answer = Answer(422, {"errors": [{"detail": detail}]})
    account.simulator.unauthorized = lambda request: answer  # type: ignore[method-assign]
    with pytest.raises(RequestError) as refused:
        account.platform.erase(person("ann"))
    assert str(refused.value).endswith("<key> may not delete <address>")
