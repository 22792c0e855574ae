"""What a sync is: a YAML file under `orchestration/syncs/`, read strictly."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from segmentry.activation.errors import SyncError

Name = Annotated[str, Field(min_length=1)]
# A segment, or one of its values: `one_timers`, `devices:mobile`.
SegmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(:.+)?$")]
CREDENTIALS = {
    "klaviyo": ("api_key",),
    "mailchimp": ("api_key",),
    "sendgrid": ("api_key",),
    "customerio": ("site_id", "api_key"),
    "webhook": ("url", "secret"),
    "files": (),
}
# Facts that change with every day: a date says the same and stays.
TICKING = ("days_since_", "as_of", "age_years")


class Strict(BaseModel):
    """Takes what it knows and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Audience(Strict):
    """A list, segment or tag of a platform, and who is to be in it."""

    id: Name = Field(description="What the platform calls it; the name of the files of an export.")
    segments: list[SegmentName] = Field(
        default=[],
        description="Who is in any of these: a segment, or one of its values as segment:value. "
        "A sensitive segment is sent only when it is named here.",
    )
    tag: Name | None = Field(
        default=None,
        description="Who is in any segment whose catalog entry names this destination, but the "
        "sensitive ones.",
    )
    everyone: bool = Field(default=False, description="Everybody who may be written to.")

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if sum((bool(self.segments), self.tag is not None, self.everyone)) != 1:
            raise ValueError("say who is in it, in one way: segments, tag or everyone: true")
        return self


class Holdout(Strict):
    """An experiment: some of those whom a sync would send are left out, by lot."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = Field(
        description="What the experiment is called. Lots are drawn by it: a new name is a new "
        "draw, and syncs that name the same experiment hold out the same people."
    )
    share: float = Field(
        gt=0, lt=1, description="The share of the people in its audiences that is held out."
    )
    starts_on: date = Field(
        description="The first day, as published, whose people are assigned. Before it nobody is "
        "added to an audience."
    )
    ends_on: date = Field(description="The last such day.")
    outcome_days: int = Field(
        ge=1,
        le=365,
        description="For how many days after the assignment it is counted what a person buys. Who "
        "is held out is so until this many days after ends_on.",
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(
                f"ends_on, {self.ends_on}, is before starts_on, {self.starts_on}: name a later day"
            )
        return self

    @property
    def held_out_until(self) -> date:
        """The last day on which nobody of its held-out arm is sent."""
        return self.ends_on + timedelta(days=self.outcome_days)


class Priority(Strict):
    """Where a sync stands among those that share people."""

    group: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = Field(
        description="Syncs of one group send a person one of their audiences alone: the first."
    )
    rank: int = Field(
        ge=1,
        description="1 comes first, whichever platform it goes to. Within a sync the order of its "
        "audiences counts. Syncs that are not enabled keep nobody from the others.",
    )


class Cap(Strict):
    """How many marketing emails are enough."""

    count: int = Field(
        ge=1, description="Whoever had so many delivered, by all platforms together, is left out."
    )
    days: int = Field(
        ge=1, le=90, description="The days in which they are counted, up to that of the version."
    )


class Guards(Strict):
    """What stops a sync."""

    max_removal_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="The largest share of an audience that one run takes out of it. Whoever may no "
        "longer be written to is taken out in any case.",
    )
    max_age_hours: float = Field(
        default=36, gt=0, description="How old the published version may be."
    )
    rejections: int = Field(
        default=3,
        ge=1,
        description="How often a row is rejected for one reason before it waits for other values.",
    )


class Sync(Strict):
    """Which audiences and properties of one account are kept equal to the published version."""

    platform: Literal["klaviyo", "mailchimp", "sendgrid", "customerio", "webhook", "files"]
    enabled: bool = Field(default=True, description="Whether Dagster runs it.")
    credentials: dict[str, Name] = Field(
        default={}, description="The environment variable that holds each credential, by its name."
    )
    base_url: str | None = Field(
        default=None, description="Another address of the platform, such as that of its region."
    )
    audiences: list[Audience] = Field(min_length=1)
    properties: dict[Name, Name] = Field(
        default={},
        description="Which fact becomes which property: the platform's name, then that of a column "
        "of customer_facts, first_name, last_name, phone, customer_id or segments. A phone number "
        "is sent of SMS subscribers alone, and taken away from who is none any more.",
    )
    clear_nulls: bool = Field(
        default=False,
        description="Whether a fact that is not known takes the property's value away; else the "
        "platform keeps what it has, but for a phone number.",
    )
    holdout: Holdout | None = Field(
        default=None,
        description="Leaves some people out, to see what the others buy because of what is sent.",
    )
    priority: Priority | None = Field(
        default=None, description="Leaves out whoever is in an audience that comes first."
    )
    max_deliveries: Cap | None = Field(
        default=None, description="Leaves out whoever had enough marketing emails of late."
    )
    guards: Guards = Guards()
    max_seconds: float = Field(default=3600, gt=0, description="What a run may take.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wanted = CREDENTIALS[self.platform]
        if sorted(self.credentials) != sorted(wanted):
            names = ", ".join(wanted) or "none"
            raise ValueError(f"credentials of {self.platform} are {names}")
        if self.base_url and self.platform in ("webhook", "files"):
            raise ValueError(f"{self.platform} has no base_url")
        ids = [audience.id for audience in self.audiences]
        if doubles := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"an audience stands here twice: {', '.join(doubles)}")
        for name, fact in self.properties.items():
            if fact.startswith(TICKING):
                raise ValueError(
                    f"{name}: {fact} changes with every day, and everybody would be sent again: "
                    "send the date"
                )
        return self

    @property
    def digest(self) -> str:
        """Sixteen characters that change with anything that the sync says."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_sync(path: Path) -> Sync:
    """Return the sync that a file describes.

    Raises:
        SyncError: naming file, line and remedy of everything that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except FileNotFoundError:
        raise SyncError(f"There is no sync at {path}.") from None
    except (OSError, UnicodeDecodeError):
        raise SyncError(f"{path} can't be read as text in UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise SyncError(f"{path}{line} is no YAML: {getattr(error, 'problem', error)}.") from None
    try:
        return Sync.model_validate(content)
    except ValidationError as error:
        told = "\n".join(_complaints(path, node, error))
        raise SyncError(told) from None


def read_syncs(folder: Path) -> dict[str, Sync]:
    """Return all syncs of a folder, by the name of their file.

    Raises:
        SyncError: when any can't be read.
    """
    return {path.stem: read_sync(path) for path in sorted(folder.glob("*.yml"))}


def check_experiments(syncs: Mapping[str, Sync]) -> None:
    """Refuse syncs that name the same experiment and say different things of it.

    Raises:
        SyncError: naming them.
    """
    said: dict[str, tuple[str, Holdout]] = {}
    for name, sync in syncs.items():
        if sync.holdout is None:
            continue
        other, holdout = said.setdefault(sync.holdout.name, (name, sync.holdout))
        if holdout != sync.holdout:
            raise SyncError(
                f"The syncs {other} and {name} name the experiment {holdout.name} and say "
                "different things of it: give each its own name, or both the same terms."
            )


def rivals_of(name: str, syncs: Mapping[str, Sync]) -> dict[str, Sync]:
    """Return the syncs that come before one in its group, in their order.

    Args:
        name: of the sync.
        syncs: all, by name.

    Raises:
        SyncError: when two of them have the same rank.
    """
    own = syncs[name].priority
    if own is None:
        return {}
    ranks: dict[int, str] = {own.rank: name}
    for other, sync in syncs.items():
        if other == name or not (sync.enabled and sync.priority):
            continue
        if sync.priority.group == own.group:
            first = ranks.setdefault(sync.priority.rank, other)
            if first != other:
                raise SyncError(
                    f"The syncs {first} and {other} both have the rank {sync.priority.rank} in the "
                    f"group {own.group}: give each its own."
                )
    return {ranks[rank]: syncs[ranks[rank]] for rank in sorted(ranks) if rank < own.rank}


def json_schema() -> str:
    """Return the JSON schema by which editors check and complete a sync's file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A sync of Segmentry",
        **Sync.model_json_schema(),
    }
    return json.dumps(schema, indent=2) + "\n"


def _complaints(path: Path, node: yaml.Node | None, error: ValidationError) -> Iterator[str]:
    for complaint in error.errors():
        place = complaint["loc"]
        where = ".".join(str(part) for part in place)
        text = complaint["msg"].removeprefix("Value error, ")
        yield f"{path}:{_line_of(node, place)}: {where + ': ' if where else ''}{text}."


def _line_of(node: yaml.Node | None, place: Sequence[Any]) -> int:
    """Return the line on which the nearest thing to a place begins."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if part not in pairs:
                break
            key, node = pairs[part]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
