"""Runs checks as suites of Great Expectations, as SQL that DuckDB answers."""

import os

# Great Expectations reads this when it is imported: nothing is sent to anyone.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core import ExpectationValidationResult
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.expectations.core import (
    ExpectColumnMaxToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeUnique,
    ExpectColumnValuesToNotBeNull,
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.expectation import Expectation
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError

from segmentry.checks.duckdb_dialect import DRIVER, register_dialect
from segmentry.checks.rules import Between, Check, DbtTest, Figure, NeverNull, NoRows, Unique
from segmentry.errors import ValidationError

SAMPLE_SIZE = 20
# Of rows that break a check, so many are looked at for different ids.
LOOKED_AT = 1_000
SHOWN_FINDINGS = 5
# Counts alone: by default results hold samples of the values that fail.
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Answer:
    """What is answered to a check.

    Attributes:
        check: the check.
        success: whether it holds.
        failing_count: how many rows, keys or segments break it; of a figure 0.
        value: the figure, of checks that measure one.
        sample_ids: ids of some that break it.
        findings: what a test says of such rows itself.
        exception: what kept it from an answer.
    """

    check: Check
    success: bool
    failing_count: int = 0
    value: float | None = None
    sample_ids: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    exception: str | None = None


def run_checks(database: Path, checks: Sequence[Check]) -> list[Answer]:
    """Ask a database, which is opened for reading only, and return an answer per check.

    Args:
        database: the DuckDB file.
        checks: what is asked.

    Raises:
        ValidationError: when the database can't be opened.
    """
    register_dialect()
    context = gx.get_context(mode="ephemeral", project_config=configuration())
    datasource = context.data_sources.add_sql(
        "warehouse",
        connection_string=read_only_url(database),
    )
    suites: dict[str, list[Check]] = {}
    for check in checks:
        subject = check.rule.query if isinstance(check.rule, Figure) else check.table
        suites.setdefault(subject, []).append(check)
    answers: dict[str, Answer] = {}
    try:
        # One connection stays open, so that the others need not open the file anew.
        with datasource.get_engine().connect() as connection:
            for number, suite in enumerate(suites.values()):
                for answer in run_suite(datasource, f"suite_{number}", suite):
                    answers[answer.check.name] = add_sample(connection, answer)
    except (SQLAlchemyError, GreatExpectationsError) as error:
        raise ValidationError(
            f"What was built can't be checked ({safe_text(str(error))}): build it again."
        ) from error
    return [answers[check.name] for check in checks]


def configuration() -> DataContextConfig:
    """Return a configuration that keeps all in memory, prints no bars and tells no one."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )


def read_only_url(database: Path) -> str:
    """Return the URL under which SQLAlchemy opens a DuckDB file for reading only."""
    url = URL.create(DRIVER, database=str(database.absolute()), query={"access_mode": "read_only"})
    return url.render_as_string()


def run_suite(datasource: SQLDatasource, name: str, checks: Sequence[Check]) -> Iterable[Answer]:
    """Yield the answers to the checks of one table, or of one query that measures figures."""
    try:
        batch = batch_definition(datasource, name, checks[0]).get_batch()
    except (ConnectionError, LookupError, GreatExpectationsError) as error:
        exception = safe_text(str(error))
        yield from (Answer(check, False, exception=exception) for check in checks)
        return
    suite = gx.ExpectationSuite(name=name, expectations=[expectation_of(check) for check in checks])
    by_name = {check.name: check for check in checks}
    for result in batch.validate(suite, result_format=COUNTS).results:
        yield read_result(by_name[check_name(result)], result)


def check_name(result: ExpectationValidationResult) -> str:
    """Return the name of the check that a result belongs to."""
    configuration = result.expectation_config
    if configuration is None or configuration.meta is None:
        raise ValidationError("Great Expectations gave a result without the expectation it is of.")
    return str(configuration.meta["check"])


def batch_definition(datasource: SQLDatasource, name: str, check: Check) -> BatchDefinition[Any]:
    """Return what a suite looks at: the whole of a table, or the row of a query's figures."""
    asset = (
        datasource.add_query_asset(name, query=check.rule.query)
        if isinstance(check.rule, Figure)
        else datasource.add_table_asset(name, table_name=check.table)
    )
    return asset.add_batch_definition_whole_table(name)


def expectation_of(check: Check) -> Expectation:
    """Return a check as Great Expectations has it."""
    meta = {"check": check.name}
    match check.rule:
        case NeverNull(column):
            return ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case Unique(column):
            return ExpectColumnValuesToBeUnique(column=column, meta=meta)
        case Between(column, minimum, maximum):
            return ExpectColumnValuesToBeBetween(
                column=column, min_value=minimum, max_value=maximum, meta=meta
            )
        case NoRows(query):
            return UnexpectedRowsExpectation(
                unexpected_rows_query=ids_of(query, "{batch}"), meta=meta
            )
        case DbtTest(query):
            # Great Expectations wants its batch to be named, and fills in what stands in braces.
            braced = query.replace("{", "{{").replace("}", "}}")
            named = f"with checked as (from {{batch}}) select * from (\n{braced}\n) as failing"
            return UnexpectedRowsExpectation(unexpected_rows_query=named, meta=meta)
        case Figure():
            # Great Expectations wants one bound at least; what has none is never below 0.
            is_unbounded = check.rule.minimum is None and check.rule.maximum is None
            minimum = 0 if is_unbounded else check.rule.minimum
            return ExpectColumnMaxToBeBetween(
                column=check.rule.column,
                min_value=minimum,
                max_value=check.rule.maximum,
                meta=meta,
            )


def read_result(check: Check, result: ExpectationValidationResult) -> Answer:
    """Read what Great Expectations found; a result that carries an exception is a failure."""
    exception = exception_of(result.exception_info)
    if exception is not None:
        return Answer(check, False, exception=exception)
    found = result.result
    is_count = isinstance(check.rule, NoRows | DbtTest | Figure)
    number = found["observed_value" if is_count else "unexpected_count"]
    if number is None and (is_count or found["element_count"]):
        # Great Expectations takes what was not counted for a success.
        return Answer(check, False, exception="no number was measured")
    if isinstance(check.rule, Figure):
        return Answer(check, bool(result.success), value=float(number))
    return Answer(check, bool(result.success), failing_count=int(number or 0))


def exception_of(info: dict[str, Any] | None) -> str | None:
    """Return the text of the exception that a result carries, without any value in it.

    Great Expectations tells of one exception directly, and of those of its metrics by metric.
    """
    details = [info or {}, *(value for value in (info or {}).values() if isinstance(value, dict))]
    messages = [
        str(detail.get("exception_message") or "an exception without a message")
        for detail in details
        if detail.get("raised_exception")
    ]
    return safe_text(messages[0]) if messages else None


def add_sample(connection: Connection, answer: Answer) -> Answer:
    """Return a failed answer with ids of rows that break it, and what a test says of them."""
    if answer.success or answer.exception is not None:
        return answer
    query = failing_rows(answer.check)
    if query is None:
        return answer
    rows = connection.execute(text(f"select * from ({query}) as failing")).mappings()
    ids: dict[str, None] = {}
    findings: list[str] = []
    for row in islice(rows, LOOKED_AT):
        shown = [str(row[name]) for name in ("id", *answer.check.shown_columns) if name in row]
        if shown:
            ids.setdefault(safe_id(" ".join(shown)))
        if finding := row.get("finding"):
            findings.append(str(finding))
    return replace(
        answer,
        sample_ids=sorted(ids)[:SAMPLE_SIZE],
        findings=[finding for finding in findings[:SHOWN_FINDINGS] if "@" not in finding],
    )


def failing_rows(check: Check) -> str | None:
    """Return the query for the rows that break a check; a figure has none."""
    select = f"select * from {check.table}"
    match check.rule:
        case NeverNull(column):
            return f"{select} where {column} is null"
        case Unique(column):
            return (
                f"{select} where {column} in "
                f"(select {column} from {check.table} group by {column} having count(*) > 1)"
            )
        case Between(column, minimum, maximum):
            bounds = {"<": minimum, ">": maximum}
            outside = [
                f"{column} {sign} {bound}" for sign, bound in bounds.items() if bound is not None
            ]
            return f"{select} where {' or '.join(outside)}"
        case NoRows(query):
            return ids_of(query, check.table)
        case DbtTest(query):
            return query
        case Figure():
            return None


def ids_of(query: str, table: str) -> str:
    """Return the query of a rule with the table that it checks."""
    return f"with checked as (select * from {table}) select id from ({query}) as failing"


def safe_id(value: str | None) -> str:
    """Return an id as it may be shown: one that holds an address is hidden."""
    if value is None:
        return "(no id)"
    return "(hidden: an address)" if "@" in value else value


def safe_text(message: str) -> str:
    """Return the first line of an error without what stands in quotes, which may be a raw value."""
    lines = message.strip().splitlines() or [""]
    return re.sub(r"'[^']*'|\"[^\"]*\"|\S*@\S*", "…", lines[0])
