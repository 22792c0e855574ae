"""A sync of each platform against its simulator, behind one interface."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest.mock import patch

from pyrate_limiter import Rate

from segmentry.activation.api import Patience
from segmentry.activation.config import Sync
from segmentry.activation.engine import Result, apply
from segmentry.activation.ledger import Ledger
from segmentry.activation.plans import Plan, Setting, make_plan
from segmentry.activation.platforms.customerio import CustomerIo
from segmentry.activation.platforms.interface import Platform
from segmentry.activation.platforms.klaviyo import Klaviyo
from segmentry.activation.platforms.mailchimp import Mailchimp
from segmentry.activation.platforms.sendgrid import SendGrid
from segmentry.simulators.customerio import CustomerIoSimulator
from segmentry.simulators.klaviyo import KlaviyoSimulator
from segmentry.simulators.mailchimp import MailchimpSimulator
from segmentry.simulators.sendgrid import SendGridSimulator
from segmentry.simulators.server import Simulator
from tests.python.activation_shop import KEYS, ActivationShop

PLATFORMS = ("klaviyo", "mailchimp", "sendgrid", "customerio")
# Their simulators tell who was suppressed on the platform itself.
TELLING = ("klaviyo", "mailchimp", "sendgrid")
# Facts by the names of properties that each platform has or takes.
PROPERTIES = {
    "klaviyo": {"first_name": "first_name", "orders": "order_count", "last_order": "last_order_at"},
    "mailchimp": {"FNAME": "first_name", "ORDERS": "order_count", "LAST": "last_order_at"},
    "sendgrid": {
        "first_name": "first_name",
        "orders": "order_count",
        "last_order": "last_order_at",
    },
    "customerio": {
        "first_name": "first_name",
        "orders": "order_count",
        "last_order": "last_order_at",
    },
}
# What each platform calls a phone number that is no identifier.
PHONES = {
    "klaviyo": "phone",
    "mailchimp": "PHONE",
    "sendgrid": "phone_number",
    "customerio": "phone",
}


@dataclass
class Rig:
    """A shop, a sync of it, and the simulator of the platform that it goes to.

    Attributes:
        name: of the platform.
        shop: what is published.
        simulator: the platform.
        audience: the id of its first audience, into which one-timers go.
        options: what the sync says besides.
        patience: for each run.
        told: what runs said.
        rivals: syncs that come before it.
    """

    name: str
    shop: ActivationShop
    simulator: Any
    audience: str
    options: dict[str, Any] = field(default_factory=dict)
    tries: int = 4
    seconds: float = 60
    told: list[str] = field(default_factory=list)
    rivals: dict[str, Sync] = field(default_factory=dict)

    @property
    def sync(self) -> Sync:
        """What the sync says."""
        parts = ("site_id", "api_key") if self.name == "customerio" else ("api_key",)
        return Sync.model_validate(
            {
                "platform": self.name,
                "credentials": {part: f"TEST_{part.upper()}" for part in parts},
                "audiences": [{"id": self.audience, "segments": ["one_timers"]}],
                "properties": PROPERTIES[self.name],
                **self.options,
            }
        )

    @property
    def setting(self) -> Setting:
        """Where it works."""
        places = self.shop.published, self.shop.state
        return Setting("welcome", self.sync, *places, KEYS, self.rivals)

    def platform(self, patience: Patience) -> Platform:
        """Return the adapter, connected to the simulator."""
        simulator, url = self.simulator, self.simulator.base_url
        if self.name == "klaviyo":
            return Klaviyo(simulator.api_key, patience, url)
        if self.name == "mailchimp":
            return Mailchimp(simulator.api_key, patience, url)
        if self.name == "sendgrid":
            return SendGrid(simulator.api_key, patience, url)
        return CustomerIo(simulator.site_id, simulator.api_key, patience, url)

    def plan(self) -> Plan:
        """Plan the sync."""
        return make_plan(self.setting)

    def apply(self, **options: Any) -> Result:
        """Run its last plan."""
        patience = Patience(
            seconds=self.seconds, tries=self.tries, first_wait=0.01, longest_wait=0.05, timeout=1
        )
        return apply(
            self.setting, self.platform(patience), patience, tell=self.told.append, **options
        )

    def run(self, **options: Any) -> Result:
        """Plan and apply."""
        self.plan()
        return self.apply(**options)

    def members(self) -> set[str]:
        """Return who is in the audience on the platform."""
        found: set[str] = self.simulator.members_of(self.audience)
        return found

    def ours(self) -> set[str]:
        """Return who is in the audience by the ledger."""
        ledger = Ledger(self.shop.state, KEYS)
        try:
            return {KEYS.unseal(member.sealed) for member in ledger.members("welcome")}
        finally:
            ledger.close()

    def write_count(self) -> int:
        """Return how many calls wrote anything, or tried to."""
        return len(list(self.simulator.writes()))

    def suppress(self, address: str) -> None:
        """Have the platform write to an address no more, by the hand of its own user."""
        if self.name == "klaviyo":
            self.simulator.suppress(address)
        elif self.name == "mailchimp":
            self.simulator.unsubscribe(self.audience.partition("/")[0], address)
        else:
            self.simulator.suppress(address, "unsubscribed")


def simulator_of(name: str) -> Simulator:
    """Return the simulator of a platform, not started."""
    kinds: dict[str, type[Simulator]] = {
        "klaviyo": KlaviyoSimulator,
        "mailchimp": MailchimpSimulator,
        "sendgrid": SendGridSimulator,
        "customerio": CustomerIoSimulator,
    }
    return kinds[name]()


def new_audience(name: str, simulator: Any) -> str:
    """Make an audience, and the fields that the sync fills."""
    if name == "klaviyo":
        audience: str = simulator.add_list("Welcome")
    elif name == "mailchimp":
        simulator.add_list("shop", ("FNAME", "ORDERS", "LAST", "PHONE"))
        audience = simulator.add_segment("shop", 1)
    elif name == "sendgrid":
        simulator.add_field("orders", "Number")
        simulator.add_field("last_order", "Date")
        audience = simulator.add_list("Welcome")
    else:
        audience = str(simulator.add_segment("Welcome"))
    return audience


@contextmanager
def rig_of(name: str, shop: ActivationShop, is_limited: bool = False) -> Iterator[Rig]:
    """Start a simulator and return what works with it.

    Args:
        name: of the platform.
        shop: what is published.
        is_limited: whether the published limits hold, on both sides; tests wait for them otherwise.
    """
    with simulator_of(name) as simulator, ExitStack() as stack:
        if not is_limited:
            stack.enter_context(generous_limits(name))
            stack.enter_context(
                patch.object(simulator, "rates", {group: [] for group in simulator.rates})
            )
        yield Rig(name, shop, simulator, new_audience(name, simulator))


@contextmanager
def generous_limits(name: str) -> Iterator[None]:
    """Have the adapter of a platform wait for no limits."""
    rates = import_module(f"segmentry.activation.platforms.{name}").RATES
    with patch.dict(rates, {group: [Rate(10_000, 1_000)] for group in rates}):
        yield
