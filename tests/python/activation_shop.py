"""A published version with just what syncs read of it, written in a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from segmentry.records.databases import BI, CONTACTS
from segmentry.records.folders import VERSIONS, switch
from segmentry.records.manifest import MANIFEST, Manifest
from segmentry.records.suppressions import FILE
from segmentry.state.keys import Keys

SECRET = "a secret of the tests, long enough for anybody"
KEYS = Keys.from_environment({"SEGMENTRY_STATE_KEY": SECRET})
AS_OF_DATE = date(2026, 6, 30)
CATALOG = {
    "one_timers": (False, False, "email"),
    "idle_customers": (False, False, "email ads"),
    "devices": (True, False, None),
    "age_bands": (True, True, "email"),
}
# Devices are as the shop's data have them.
VALUES = [("age_bands", "25-34"), ("age_bands", "35-44")]


@dataclass(frozen=True)
class Person:
    """A customer.

    Attributes:
        email: where they are written to.
        segments: as `segment` or `segment:value`.
        first_name: their name.
        order_count: how often they ordered.
        last_order_at: when they did last.
        phone: their number, where they agreed to text messages.
        may_be_written_to: whether they said yes.
        arm: what they drew in the experiment `lift`; None before they draw.
        delivered: how many marketing emails they had on the day of the version.
    """

    email: str
    segments: frozenset[str] = frozenset({"one_timers"})
    first_name: str | None = None
    order_count: int | None = 1
    last_order_at: datetime | None = datetime(2026, 6, 1, 12)
    phone: str | None = None
    may_be_written_to: bool = True
    arm: str | None = None
    delivered: int = 0

    def but(self, **changes: object) -> "Person":
        """Return the person with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass
class ActivationShop:
    """A folder of published versions.

    Attributes:
        folder: where they are.
        published_count: how many there were.
    """

    folder: Path
    published_count: int = field(default=0)

    @property
    def published(self) -> Path:
        """The folder of published versions."""
        return self.folder / "published"

    @property
    def state(self) -> Path:
        """The folder of the ledger."""
        return self.folder / "state"

    @property
    def environment(self) -> dict[str, str]:
        """What commands find the shop by, and its syncs in the folder `syncs` beside it."""
        return {
            "SEGMENTRY_ENV_FILE": "",
            "SEGMENTRY_PUBLISHED_DIR": str(self.published),
            "SEGMENTRY_STATE_DIR": str(self.state),
            "SEGMENTRY_STATE_KEY": SECRET,
            "SEGMENTRY_SYNCS_DIR": str(self.folder / "syncs"),
        }

    def publish(
        self,
        people: Mapping[str, Person],
        age: timedelta = timedelta(0),
        is_validated: bool = True,
    ) -> str:
        """Publish a version of some people, by customer id; return its id."""
        self.published_count += 1
        build_id = f"20260701T0000{self.published_count:02d}-0123abcd"
        if self.published_count > 60:
            build_id = f"20260701T{self.published_count:06d}-0123abcd"
        version = self.published / VERSIONS / build_id
        version.mkdir(parents=True)
        self._write_bi(version / BI.file, people)
        self._write_contacts(version / CONTACTS.file, people)
        Manifest(
            build_id=build_id,
            as_of=datetime(2026, 7, 1, tzinfo=UTC),
            as_of_date=AS_OF_DATE,
            invocation_id="test",
            published_at=datetime.now(UTC) - age,
            based_on=None,
            replaced=None,
            row_counts={"experiment_results": 0},
            segment_sizes={},
            validation={"results": [{"name": "any"}] if is_validated else []},
            fingerprints={},
            accepted=[],
        ).write(version / MANIFEST)
        switch(self.published, build_id)
        self.withdraw(*(p.email for p in people.values() if not p.may_be_written_to))
        return build_id

    def withdraw(self, *emails: str) -> None:
        """Leave who must not be written to, as a build does, published or not."""
        self.published.mkdir(exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute("create table noes (email varchar, reason varchar, as_of_date date)")
            if emails:
                connection.executemany(
                    "insert into noes values (?, 'unsubscribed', '2026-06-30')",
                    [(email,) for email in emails],
                )
            draft = self.published / f".{FILE}"
            connection.execute(f"copy noes to '{draft}' (format parquet)")
            draft.replace(self.published / FILE)

    def _write_bi(self, path: Path, people: Mapping[str, Person]) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "create table customer_facts (customer_id varchar, order_count bigint, "
                "net_revenue decimal(18, 2), last_order_at timestamp, first_order_on date, "
                "is_email_subscriber boolean, build_id varchar)"
            )
            connection.execute(
                "create table segment_memberships "
                "(customer_id varchar, segment varchar, segment_value varchar)"
            )
            connection.execute(
                "create table segment_catalog (segment varchar, is_valued boolean, "
                "is_sensitive boolean, destinations varchar)"
            )
            connection.execute(
                "create table segment_values (segment varchar, segment_value varchar)"
            )
            connection.executemany("insert into segment_values values (?, ?)", VALUES)
            connection.executemany(
                "insert into segment_catalog values (?, ?, ?, ?)",
                [(segment, *values) for segment, values in CATALOG.items()],
            )
            facts = [
                (
                    customer_id,
                    person.order_count,
                    None if person.order_count is None else 10.5 * person.order_count,
                    person.last_order_at,
                    person.last_order_at,
                    person.may_be_written_to,
                    "test",
                )
                for customer_id, person in people.items()
            ]
            memberships = [
                (customer_id, segment.partition(":")[0], segment.partition(":")[2])
                for customer_id, person in people.items()
                for segment in person.segments
            ]
            connection.execute(
                "create table experiment_assignments "
                "(experiment varchar, customer_id varchar, arm varchar)"
            )
            connection.execute(
                "create table email_deliveries "
                "(customer_id varchar, delivered_on date, delivery_count bigint)"
            )
            drawn = [("lift", key, person.arm) for key, person in people.items() if person.arm]
            deliveries = [
                (key, AS_OF_DATE, person.delivered)
                for key, person in people.items()
                if person.delivered
            ]
            _insert(connection, "experiment_assignments", drawn)
            _insert(connection, "email_deliveries", deliveries)
            _insert(connection, "customer_facts", facts)
            _insert(connection, "segment_memberships", memberships)

    def _write_contacts(self, path: Path, people: Mapping[str, Person]) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "create table activation_profiles (customer_id varchar, email varchar, "
                "first_name varchar, last_name varchar, phone varchar, segments varchar[])"
            )
            profiles = [
                (
                    *(customer_id, person.email, person.first_name, None, person.phone),
                    sorted(person.segments),
                )
                for customer_id, person in people.items()
                if person.may_be_written_to
            ]
            _insert(connection, "activation_profiles", profiles)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    columns = dict(enumerate(zip(*rows, strict=True)))
    if columns:
        inserted = pa.table({f"column_{place}": list(values) for place, values in columns.items()})
        connection.register("inserted", inserted)
        connection.execute(f"insert into {table} select * from inserted")


def people(count: int, first: int = 0) -> dict[str, Person]:
    """Return one-timers by customer id, numbered."""
    return {
        f"c{number}": Person(f"person{number}@shop.example", first_name=f"Name {number}")
        for number in range(first, first + count)
    }
