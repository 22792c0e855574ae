"""Validates a version before readers meet it: asks every check, and tells the answers in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from segmentry.checks.data_docs import write_data_docs
from segmentry.checks.declaration import other_checks
from segmentry.checks.declared import declared_checks
from segmentry.checks.definitions import DEFINITION_CHECK, read_movements, tell_movement
from segmentry.checks.raw_tables import AGES, age_query, pause_query, read_raw_tables
from segmentry.checks.results import CheckResult, Severity, SyncRun, Validation
from segmentry.checks.rules import Between, Check, DbtTest, Figure, NeverNull, NoRows, Unique
from segmentry.checks.shop import explain_settings
from segmentry.checks.sizes import SIZE_CHECK, VANISHED_CHECK, vanished_segments
from segmentry.checks.suites import Answer, run_checks
from segmentry.checks.thresholds import read_thresholds
from segmentry.errors import ValidationError
from segmentry.project.segment_catalog import CatalogSegment, read_segment_catalog
from segmentry.reading import sql
from segmentry.records.build import (
    read_invocation_id,
    read_public_columns,
    read_rows,
    read_segments,
)
from segmentry.records.data_tests import AS_OF, read_data_tests
from segmentry.records.databases import BI, DATABASES
from segmentry.records.last_build import read_last_build
from segmentry.records.versions import Version, line_of_current
from segmentry.settings.names import nearest
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import ROOT, Settings

# What the file of an audit is called while it is filled.
AUDIT = "audit"
SYNC_RUNS_SHOWN = 20
# What a build says of itself that checks ask for.
OF_THE_BUILD = (AS_OF, "model_fingerprints")


@dataclass(frozen=True)
class Subject:
    """What is validated, and what it is compared with.

    Attributes:
        database: the published tables and what else is asked, in one DuckDB file.
        bi_file: the DuckDB file of the version for BI.
        as_of_date: the last day that the build knows of.
        invocation_id: dbt's id of the build; empty when it was killed.
        versions: the versions that led to the current one, oldest first.
        accepted: what may be let through: segments whose swing is meant, names of checks.
        segments: the segments of the project.
        checks: what is asked.
    """

    database: Path
    bi_file: Path
    as_of_date: date
    invocation_id: str
    versions: list[Version]
    accepted: frozenset[str]
    segments: list[CatalogSegment]
    checks: list[Check]


def validate(
    build: duckdb.DuckDBPyConnection,
    folder: Path,
    settings: Settings,
    accepted: Collection[str],
    data_docs: Path,
) -> Validation:
    """Validate the files of a version that nobody reads yet, and write what was found as a page.

    Args:
        build: the build that they were written from.
        folder: the folder of the version.
        settings: where the warehouse of the build and its published versions are.
        accepted: what is let through: names of segments whose swing is meant, or of checks.
        data_docs: the folder that the page `index.html` is written to; it is made when missing.

    Raises:
        SegmentryError: when a file can't be read, or there is nothing of such a name to accept.
    """
    with ScratchFolder(ROOT, "auditing") as scratch:
        # The queries of dbt name the warehouse, which is the name of its file.
        database = scratch / settings.warehouse.name
        collect(build, folder, database)
        subject = read_subject(build, folder, database, settings, accepted)
        validation = replace(answer_checks(subject), sync_runs=read_sync_runs(build))
    write_data_docs(validation, data_docs)
    return validation


def collect(build: duckdb.DuckDBPyConnection, folder: Path, database: Path) -> None:
    """Bring what is asked into one DuckDB file: views of the version's files, facts of the build.

    Args:
        build: the build.
        folder: the folder of the version.
        database: the DuckDB file, which is made.

    Raises:
        ValidationError: when something can't be read.
    """
    try:
        # Segments are asked of the memberships. A view costs, asked or not: its file is opened with
        # every look at the database.
        segments = {f"segment_{segment}" for segment in read_segments(build)}
        build.execute(f"attach {sql.text(database)} as {AUDIT}")
        for published in DATABASES:
            for file in sorted((folder / published.parquet).glob("*.parquet")):
                if file.stem not in segments:
                    view = f"{AUDIT}.{sql.name(file.stem)}"
                    build.execute(f"create view {view} as from {sql.text(file)}")
        for table in OF_THE_BUILD:
            build.execute(f"create table {AUDIT}.{table} as from {table}")
        build.execute(f"create table {AUDIT}.{AGES} as {age_query(read_raw_tables())}")
        build.execute(f"detach {AUDIT}")
    except duckdb.Error as error:
        raise ValidationError(
            f"What was built can't be checked ({type(error).__name__}): build it again."
        ) from error


def read_sync_runs(build: duckdb.DuckDBPyConnection) -> list[SyncRun]:
    """Return the last runs of syncs that the build knows of, the latest first."""
    counts = ("added", "updated", "removed", "rejected", "waiting", "held_back")
    rows = read_rows(
        build,
        f"""
        select sync, strftime(started_at, '%Y-%m-%d %H:%M'), status, message,
            {", ".join(f"{name}_count" for name in counts)}
        from sync_runs
        order by started_at desc, run_id desc
        limit {SYNC_RUNS_SHOWN}
        """,
    )
    return [
        SyncRun(sync, started_at, status, dict(zip(counts, numbers, strict=True)), message)
        for sync, started_at, status, message, *numbers in rows
    ]


def read_subject(
    build: duckdb.DuckDBPyConnection,
    folder: Path,
    database: Path,
    settings: Settings,
    accepted: Collection[str],
) -> Subject:
    """Return what is validated, with every check that concerns it."""
    last_build = read_last_build(settings.warehouse)
    versions = line_of_current(settings.published)
    segments = read_segment_catalog()
    columns: dict[str, list[str]] = {}
    for column in read_public_columns(build):
        columns.setdefault(column.table, []).append(column.name)
    ((longest_pause,),) = read_rows(build, pause_query())
    checks = [
        *declared_checks(read_data_tests(build), columns),
        *other_checks(
            segments,
            read_thresholds(last_build.command_line_variables),
            versions,
            last_build.as_of_date,
            longest_pause,
            accepted,
        ),
    ]
    known = {segment.name for segment in segments} | vanished_segments(segments, versions)
    known |= {check.name for check in checks}
    if unknown := sorted(set(accepted) - known):
        raise ValidationError(
            f"There is no check or segment {unknown[0]} to accept.{nearest(unknown[0], known)}"
        )
    return Subject(
        database,
        folder / BI.file,
        last_build.as_of_date,
        read_invocation_id(build),
        versions,
        frozenset(accepted),
        segments,
        checks,
    )


def answer_checks(subject: Subject) -> Validation:
    """Ask all checks of a subject and return their results."""
    results = [tell(answer) for answer in run_checks(subject.database, subject.checks)]
    results = excuse_swings(explain_definitions(results, subject), subject.segments)
    results = explain_settings(results, subject.versions)
    vanished = vanished_segments(subject.segments, subject.versions)
    swings = {SIZE_CHECK.format(segment.name): segment.name for segment in subject.segments}
    let_through = vanished & subject.accepted
    final = []
    for result in results:
        swing = swings.get(result.name)
        is_meant = swing in subject.accepted and result.exception is None
        if not result.success and (is_meant or result.name in subject.accepted):
            # The history of a segment begins anew where its name stands.
            let_through |= vanished if result.name == VANISHED_CHECK else {swing or result.name}
            result = replace(result, success=True, message=f"Accepted: {result.message}")
        final.append(result)
    return Validation(subject.as_of_date, subject.invocation_id, sorted(let_through), final)


def excuse_swings(
    results: Sequence[CheckResult], segments: Sequence[CatalogSegment]
) -> list[CheckResult]:
    """Return the results; the swing of a segment whose definition changed is a warning."""
    failed = {result.name for result in results if not result.success}
    changed = {
        SIZE_CHECK.format(segment.name)
        for segment in segments
        if DEFINITION_CHECK.format(segment.name) in failed
    }
    return [
        replace(
            result,
            severity=Severity.WARNING,
            message=f"{result.message} Its definition changed: see who enters and leaves.",
        )
        if result.name in changed and not result.success and result.exception is None
        else result
        for result in results
    ]


def explain_definitions(results: Sequence[CheckResult], subject: Subject) -> list[CheckResult]:
    """Return the results; those of changed definitions tell whom the change moves."""
    names = {DEFINITION_CHECK.format(segment.name): segment.name for segment in subject.segments}
    changed = [
        result
        for result in results
        if result.name in names and not result.success and result.exception is None
    ]
    if not changed:
        return list(results)
    version = subject.versions[-1]
    try:
        movements = read_movements(version, subject.bi_file)
    except duckdb.Error as error:
        text = f"Who moves can't be told: version {version.build_id} can't be read."
        explained = {
            result.name: replace(result, message=text, exception=type(error).__name__)
            for result in changed
        }
    else:
        explained = {
            result.name: tell_movement(result, movements[names[result.name]], version)
            for result in changed
        }
    return [explained.get(result.name, result) for result in results]


def tell(answer: Answer) -> CheckResult:
    """Return an answer as a result, with a sentence for people."""
    observed: dict[str, int | float | str] = {}
    if isinstance(answer.check.rule, Figure):
        if answer.value is not None:
            observed["value"] = round(answer.value, 6)
        if answer.check.rule.minimum is not None:
            observed["minimum"] = answer.check.rule.minimum
        if answer.check.rule.maximum is not None:
            observed["maximum"] = answer.check.rule.maximum
    elif answer.exception is None:
        observed["failing"] = answer.failing_count
    return CheckResult(
        name=answer.check.name,
        table=answer.check.table,
        severity=answer.check.severity,
        success=answer.success,
        message=sentence(answer),
        observed=observed,
        sample_ids=answer.sample_ids,
        exception=answer.exception,
    )


def sentence(answer: Answer) -> str:
    """Return what an answer says, as one sentence with its numbers."""
    if answer.exception is not None:
        return f"No answer: {answer.exception}"
    count = f"{answer.failing_count:,}"
    match answer.check.rule:
        case NeverNull(column):
            return f"Rows without {column}: {count}."
        case Unique(column):
            return f"Rows that share their {column} with another: {count}."
        case Between(column, minimum, maximum):
            return f"Rows with {column} {outside(minimum, maximum)}: {count}."
        case NoRows(_, finds):
            return f"{finds[:1].upper()}{finds[1:]}: {count}."
        case DbtTest(_, expectation):
            if answer.findings:
                return " ".join(answer.findings)
            return f"Rows that break what is expected ({expectation}): {count}."
        case Figure(tells=tells, minimum=minimum, maximum=maximum):
            told = tells.format(value=answer.value)
            return f"{told[:1].upper()}{told[1:]} ({within(minimum, maximum)})."


def outside(minimum: float | None, maximum: float | None) -> str:
    """Return in words what lies outside bounds."""
    if maximum is None:
        return f"below {minimum:,g}"
    if minimum is None:
        return f"above {maximum:,g}"
    return f"outside {minimum:,g} to {maximum:,g}"


def within(minimum: float | None, maximum: float | None) -> str:
    """Return in words which bounds hold."""
    if maximum is None:
        return "no limit"
    if minimum is None:
        return f"at most {maximum:,g}"
    return f"{minimum:,} to {maximum:,} are no swing"
