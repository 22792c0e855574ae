"""Sessions: the visits that events are cut into."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from .clock import Clock
from .identity import Identity, Person
from .staging import Row

# (source system, kind of identifier, identifier)
Visitor = tuple[str, str, str]


@dataclass(eq=False)
class Session:
    """A visit: its events by time, and the person of its first event that has one."""

    events: list[Row]
    visitor: Visitor
    person: Person | None
    started_on: date

    @property
    def started_at(self) -> datetime:
        """When the first event happened, naive UTC."""
        instant: datetime = self.events[0]["occurred_at"]
        return instant

    @property
    def length(self) -> timedelta:
        """From the first event to the last."""
        last: datetime = self.events[-1]["occurred_at"]
        return last - self.started_at


def event_order(event: Row) -> tuple[datetime, bytes, bytes]:
    """Sort key of events: by time, then event_id, then source system."""
    return event["occurred_at"], event["event_id"].encode(), event["source_system"].encode()


def find_sessions(
    events: list[Row], identity: Identity, clock: Clock, gap_minutes: int
) -> list[Session]:
    """Cut the visible events into sessions; events without a visitor have none."""
    marked: dict[tuple[Visitor, str], list[Row]] = defaultdict(list)
    unmarked: dict[Visitor, list[Row]] = defaultdict(list)
    for event in sorted(events, key=event_order):
        visitor = visitor_of(event, identity)
        if visitor is not None and event["session_id"] is not None:
            marked[visitor, event["session_id"]].append(event)
        elif visitor is not None:
            unmarked[visitor].append(event)
    visits = [(visitor, visit) for (visitor, _), visit in marked.items()]
    for visitor, trail in unmarked.items():
        visits += [(visitor, visit) for visit in _cut(trail, timedelta(minutes=gap_minutes))]
    return [_session(visitor, visit, identity, clock) for visitor, visit in visits]


def visitor_of(event: Row, identity: Identity) -> Visitor | None:
    """Return the visitor: the anonymous id, else the usable account, else the usable email."""
    source_system = event["source_system"]
    if event["anonymous_id"] is not None:
        return source_system, "anonymous_id", event["anonymous_id"]
    account, email = identity.account(event), identity.email(event)
    if account is not None:
        return source_system, "account", account[1]
    return None if email is None else (source_system, "email", email)


def _cut(trail: list[Row], gap: timedelta) -> list[list[Row]]:
    visits = [trail[:1]]
    for before, event in pairwise(trail):
        if event["occurred_at"] - before["occurred_at"] > gap:
            visits.append([])
        visits[-1].append(event)
    return visits


def _session(visitor: Visitor, visit: list[Row], identity: Identity, clock: Clock) -> Session:
    persons = (identity.person_or_owner(event) for event in visit)
    return Session(
        events=visit,
        visitor=visitor,
        person=next((person for person in persons if person is not None), None),
        started_on=clock.local_date(visit[0]["occurred_at"]),
    )
