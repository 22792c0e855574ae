"""The syncs: an asset for each file, which brings a platform to the newest published version."""

import re
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    LastPartitionMapping,
    MaterializeResult,
    MetadataValue,
    RetryRequested,
    multi_asset,
)

from orchestration.assets.published import PUBLISHED_VERSION
from orchestration.partitions import day_of_run
from orchestration.runbook import RUNBOOK, section, see
from orchestration.sync_checks import (
    Reasons,
    describe_reasons,
    fresh,
    no_rejected_rows,
    sync_checks,
    why_stale,
    within_guards,
)
from segmentry.activation.command import setting_of
from segmentry.activation.config import Sync, read_sync
from segmentry.activation.errors import NoAnswerError, RefusedError, SyncError
from segmentry.activation.ledger import Ledger, last_run
from segmentry.errors import SegmentryError
from segmentry.settings.environment import ENVIRONMENT, PRODUCTION, is_production

if TYPE_CHECKING:
    from segmentry.activation.plans import Counts, Setting

# The group of the assets, their job, and the pool that lets out one at a time.
SYNCS = "syncs"
# What the runbook says of syncs, by its sections.
FAILED, REFUSED = "A sync failed", "A sync was refused"
REJECTED, STALE = "A sync has rejected rows", "A sync is stale"

# A platform that does not answer often does a quarter of an hour later.
MAX_RETRIES = 3
SECONDS_TO_WAIT = 300

COUNTED = ("added", "updated", "removed", "rejected", "waiting", "held_back")
Audiences = Mapping[str, Mapping[str, int]]
SyncEvent = MaterializeResult[Any] | AssetCheckResult


def declared_syncs(folder: Path) -> dict[str, Sync | SyncError]:
    """Return all syncs of a folder by the name of their file, or what is wrong with them."""
    return {path.stem: declared_sync(path) for path in sorted(folder.glob("*.yml"))}


def declared_sync(path: Path) -> Sync | SyncError:
    """Return what the file of a sync says, or what is wrong with it."""
    try:
        return read_sync(path)
    except SyncError as error:
        return error


def is_scheduled(declared: Sync | SyncError) -> bool:
    """Tell whether a sync runs by itself.

    So does one whose file can't be read: its run fails and says why, instead of never beginning.
    """
    return isinstance(declared, SyncError) or declared.enabled


def sync_key(name: str) -> AssetKey:
    """Return the asset of a sync; what Dagster takes for no name is written as its code point."""
    return AssetKey([SYNCS, re.sub(r"[^A-Za-z0-9_-]", _code_point, name)])


def _code_point(character: re.Match[str]) -> str:
    return f"_{ord(character[0]):x}_"


def sync_asset(name: str, declared: Sync | SyncError) -> AssetsDefinition:
    """Return a sync as an asset that has no days: it sends the newest version or none.

    Args:
        name: of the sync.
        declared: what it says, or what is wrong with its file. A run reads the file again.
    """
    key = sync_key(name)
    spec = AssetSpec(
        key,
        deps=[AssetDep(PUBLISHED_VERSION, partition_mapping=LastPartitionMapping())],
        description=_describe(declared),
        group_name=SYNCS,
        owners=["team:analytics-engineering"],
        kinds={declared.platform} if isinstance(declared, Sync) else set(),
        metadata={"runbook": section(FAILED, REFUSED, REJECTED, STALE)},
        tags={"segmentry/scheduled": str(is_scheduled(declared)).lower()},
    )

    @multi_asset(
        name=re.sub(r"\W", _code_point, f"sync_{key.path[-1]}"),
        specs=[spec],
        check_specs=sync_checks(key),
        pool=SYNCS,
    )
    def run_sync(context: AssetExecutionContext) -> Iterator[SyncEvent]:
        """Plan the sync and, in production, run the plan."""
        with told_in_own_words(context, name):
            yield from bring(context, name)

    return run_sync


def _describe(declared: Sync | SyncError) -> str:
    if isinstance(declared, SyncError):
        return f"Its file can't be used, and its run fails:\n{declared}"
    what = f"Keeps audiences of {declared.platform} equal to the newest published version."
    if not declared.enabled:
        what += " It is off (`enabled: false`): started by hand it shows what it would do."
    return (
        f"{what}\n\n**When it fails:** nothing is lost, and the next run goes on from there. The "
        f"run says which section of the runbook helps. {see(FAILED)}"
    )


def bring(context: AssetExecutionContext, name: str) -> Iterator[SyncEvent]:
    """Plan a sync and run the plan where it may; what came out is told as counts.

    Raises:
        Failure: when the platform did not take every row.
        SegmentryError: when the sync is refused or fails.
    """
    from segmentry.activation.plans import make_plan

    setting, key = setting_of(name), sync_key(name)
    dry = why_dry(setting.sync, context.run.tags)
    try:
        plan = make_plan(setting)
        if dry:
            counts = planned(plan.counts)
            yield _result(key, f"dry run: {dry}", {"build_id": plan.build_id}, counts)
            yield no_rejected_rows(key, waiting(counts))
            yield within_guards(key, plan.objections)
            yield fresh(key, why_stale(name, setting.sync, datetime.now(UTC)))
            return
        counts = applied(context, setting)
    except RefusedError as error:
        yield within_guards(key, [str(error)])
        raise
    run = last_run(setting.state, name)
    assert run
    reasons = left_out(setting, run["run_id"])
    yield _result(key, run["status"], {"build_id": plan.build_id, "run_id": run["run_id"]}, counts)
    yield no_rejected_rows(key, reasons)
    yield within_guards(key, [])
    yield fresh(key, None)
    if reasons:
        told = f"did not bring {sum(reasons.values()):,} rows.\n{describe_reasons(reasons)}"
        raise failure(name, told, REJECTED)


def why_dry(sync: Sync, tags: Mapping[str, str]) -> str | None:
    """Return why a run of a sync only shows what it would do; None when it writes.

    Args:
        sync: what it says.
        tags: of the run. One that builds a day, or is of a backfill, sends nothing.
    """
    if not is_production():
        return f"{ENVIRONMENT} is not {PRODUCTION}"
    if not sync.enabled:
        return "enabled is false"
    if day_of_run(tags) or "dagster/backfill" in tags:
        return "it was started with days or a backfill, which send nothing"
    return None


def planned(counts: "Counts") -> Audiences:
    """Return what a plan would do, under the names of what a run does."""
    from segmentry.activation.difference import Kind

    return {
        audience: {
            "added": kinds[Kind.ADD],
            "updated": kinds[Kind.UPDATE],
            "removed": kinds[Kind.REMOVE] + kinds[Kind.WITHDRAW],
            "waiting": kinds[Kind.WAIT],
            "held_back": kinds[Kind.HOLD_BACK],
        }
        for audience, kinds in counts.items()
    }


def waiting(counts: Audiences) -> Reasons:
    """Return the rows of a plan that wait because they were rejected before."""
    return {
        (audience, "waiting", "rejected before"): rows["waiting"]
        for audience, rows in counts.items()
        if rows["waiting"]
    }


def applied(context: AssetExecutionContext, setting: "Setting") -> Audiences:
    """Run the plan of a sync, and return what was done in each audience.

    Raises:
        RefusedError: when a guard stops it.
        SyncError: when it fails.
    """
    from segmentry.activation.accounts import connect
    from segmentry.activation.api import Patience
    from segmentry.activation.engine import apply
    from segmentry.activation.exports import export, exports_folder

    if setting.sync.platform == "files":
        written = export(setting, exports_folder(setting.state))
        return {audience: {"added": rows} for audience, rows in written.items()}
    patience = Patience(seconds=setting.sync.max_seconds)
    platform = connect(setting.name, setting.sync, patience)
    done = apply(setting, platform, patience, tell=context.log.info).audiences
    return {audience.id: done.get(audience.id, {}) for audience in setting.sync.audiences}


def left_out(setting: "Setting", run_id: str) -> Reasons:
    """Return the rows that a run did not bring and should have."""
    with closing(Ledger(setting.state, setting.keys)) as ledger:
        rows = ledger.rows_of_run(run_id)
    return Counter(
        (row["audience"], row["result"], row["reason"])
        for row in rows
        if row["result"] in ("rejected", "waiting")
    )


def _result(
    key: AssetKey, result: str, ids: Mapping[str, str], counts: Audiences
) -> MaterializeResult[Any]:
    texts = {name: MetadataValue.text(text) for name, text in {"result": result, **ids}.items()}
    numbers = {
        f"{audience}/{counted}": MetadataValue.int(rows.get(counted, 0))
        for audience, rows in counts.items()
        for counted in COUNTED
    }
    return MaterializeResult(asset_key=key, metadata={**texts, **numbers})


@contextmanager
def told_in_own_words(context: AssetExecutionContext, name: str) -> Iterator[None]:
    """Turn what stops a sync into a failure that names it and what to do, and nobody's address.

    Of an error that nobody foresaw, which may quote a row, type and place are kept and no word.

    Raises:
        RetryRequested: when the platform did not answer and may in a while.
        Failure: in any other case.
    """
    from segmentry.activation.api import without_addresses

    try:
        yield
    except Failure:
        raise
    except RefusedError as error:
        raise failure(name, f"was refused: {error}", REFUSED) from None
    except SegmentryError as error:
        if isinstance(error, NoAnswerError) and context.retry_number < MAX_RETRIES:
            raise RetryRequested(MAX_RETRIES, SECONDS_TO_WAIT) from None
        text = without_addresses(str(error))
        raise failure(name, f"failed: {text}", FAILED) from None
    except Exception as error:
        place = "".join(traceback.format_tb(error.__traceback__))
        text = f"stopped with {type(error).__name__}; the run shows where."
        raise failure(name, text, FAILED, place=place) from None


def failure(name: str, told: str, section: str, **metadata: str) -> Failure:
    """Return the failure of a sync.

    Args:
        name: of the sync.
        told: what happened, after its name.
        section: of the runbook, which says what to do.
        metadata: shown beside it in Dagster, and told nobody.
    """
    return Failure(
        f"The sync {name} {told}\nWhat to do: {RUNBOOK}, {section}.",
        metadata={"sync": name, **metadata},
        allow_retries=False,
    )
