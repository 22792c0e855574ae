"""What people are told when a day or a sync fails, is well again, or is late."""

from collections.abc import Sequence

from dagster import DagsterEvent, DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from orchestration.assets.syncs import SYNCS
from orchestration.partitions import day_of_run
from orchestration.runbook import RUNBOOK
from segmentry.webhook import Alert, AlertKind

FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]


def failure_alert(run: DagsterRun, failures: Sequence[DagsterEvent]) -> Alert:
    """Return what is told of a failed run.

    Only texts of the project's own are told: the message of any other error may quote a row.

    Args:
        run: the run.
        failures: the events of its failed steps; none when its process died.
    """
    day, syncs = day_of_run(run.tags), syncs_of(run, failures)
    title = f"The sync {' and '.join(syncs)} did not succeed" if syncs else None
    reasons = [_reason(event) for event in failures]
    text = (
        "\n".join(reasons)
        or "The run ended without a word: its process was killed, or never began."
    )
    title = title or _title(run, "was not published")
    return Alert(AlertKind.FAILURE, day, title, text, run.run_id)


def syncs_of(run: DagsterRun, failures: Sequence[DagsterEvent]) -> list[str]:
    """Return the syncs that failed in a run: those that said so, or all that a dead run was for."""
    said = [
        str(data.metadata["sync"].value)
        for event in failures
        if (data := event.step_failure_data.user_failure_data) and "sync" in data.metadata
    ]
    meant = [key.path[-1] for key in run.asset_selection or () if key.path[0] == SYNCS]
    return sorted(said) or ([] if failures else sorted(meant))


def _reason(event: DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    # Dagster wraps what was raised.
    error = data.error and (data.error.cause or data.error)
    return (
        f"{event.step_key} stopped with {error and error.cls_name}; the log of the run tells more."
    )


def recovery_alert(run: DagsterRun) -> Alert:
    """Return what is told of the first run that succeeds after one that failed."""
    text = "The run before it had failed; readers meet the new version now."
    return Alert(
        AlertKind.RECOVERY, day_of_run(run.tags), _title(run, "is published"), text, run.run_id
    )


def late_alert(day: str, published_day: str) -> Alert:
    """Return what is told when yesterday is not published and no run says why."""
    text = f"Readers still meet {published_day}. No run may have started: is the schedule on?"
    return Alert(AlertKind.LATE, day, f"{day} is late", text)


def stale_alert(name: str, reason: str) -> Alert:
    """Return what is told when a sync has not come to its end for too long."""
    text = f"{reason}\nWhat to do: {RUNBOOK}, A sync is stale."
    return Alert(AlertKind.LATE, "", f"The sync {name} is stale", text)


def lost_alert(reason: str) -> Alert:
    """Return what is told when the version that readers meet is damaged or lost."""
    return Alert(AlertKind.LATE, "", "The published version can't be read", reason)


def _title(run: DagsterRun, outcome: str) -> str:
    return f"{day_of_run(run.tags) or f'The run {run.job_name}'} {outcome}"


def is_recovery(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Tell whether the last run that ended before a run began to succeed had failed.

    Only runs of a day count; looking at raw files neither fails nor recovers one.
    """
    if not day_of_run(run.tags):
        return False
    records = instance.get_run_records(RunsFilter(statuses=FINISHED), limit=50)
    ended = {record.dagster_run.run_id: record.end_time or 0 for record in records}
    earlier = [
        record
        for record in records
        if day_of_run(record.dagster_run.tags)
        and ended[record.dagster_run.run_id] < ended.get(run.run_id, 0)
    ]
    if not earlier:
        return False
    last = max(earlier, key=lambda record: record.end_time or 0)
    return last.dagster_run.status is DagsterRunStatus.FAILURE
