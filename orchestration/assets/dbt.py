"""Runs dbt for a day and tells Dagster what came out."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetExecutionContext,
    AssetMaterialization,
    AssetObservation,
    AssetsDefinition,
    AssetSpec,
    DailyPartitionsDefinition,
    Failure,
    Output,
    TableColumn,
    TableSchema,
)
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliEventMessage,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from orchestration.asset_checks import described_tests, with_findings
from orchestration.assets.translator import Translator
from orchestration.backfills import ONE_DAY_A_RUN, require_day_before
from orchestration.locks import WAREHOUSE, is_locked, retried_when_locked
from orchestration.partitions import as_of_day
from segmentry.errors import SettingsError
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.project.small_groups import shown_sizes
from segmentry.records.table_facts import TableFacts, read_table_facts
from segmentry.settings.shop import Settings

# One run of dbt over the whole project, because only a whole build can be published. Unit tests say
# nothing about data: they run where code changes.
BUILD = ("build", "--exclude-resource-type", "unit_test")

DbtEvent = (
    Output[Any] | AssetMaterialization | AssetObservation | AssetCheckResult | AssetCheckEvaluation
)

# The project's own words for a folder or a setting that can't be used: they quote no row.
OWN_ERRORS = re.compile(
    r"(?:The (?:raw folder|folder of \S+|schema) .* can not be read: |The var \w+ is ).*"
)
NAMES_TOLD = 10
# How the project begins what a data test found that failed, or that warns.
FAILED, WARNED = "Failed: ", "Warning: "


@dataclass(frozen=True)
class DbtGraph:
    """The dbt project as Dagster sees it.

    Attributes:
        project: the dbt project.
        manifest: what dbt says of it, tests described.
        translator: how nodes are shown.
    """

    project: DbtProject
    manifest: Mapping[str, Any]
    translator: DagsterDbtTranslator


def read_dbt_graph(project: DbtProject) -> DbtGraph:
    """Return what dbt says of a project whose manifest is there."""
    manifest = described_tests(json.loads(project.manifest_path.read_bytes()))
    translator = Translator(read_segment_catalog(project.project_dir))
    return DbtGraph(project, manifest, translator)


def other_sources(graph: DbtGraph) -> list[AssetSpec]:
    """Return dbt's sources beside the raw tables, such as what earlier days published."""
    return [
        graph.translator.get_asset_spec(graph.manifest, name, graph.project)
        for name, source in graph.manifest["sources"].items()
        if source["source_name"] != "raw"
    ]


def dbt_models(graph: DbtGraph, partitions: DailyPartitionsDefinition) -> AssetsDefinition:
    """Return the models and seeds as assets, and dbt's data tests as their checks.

    A failed test of severity error keeps what is downstream from being made, publishing included.
    """

    @dbt_assets(
        manifest=graph.manifest,
        project=graph.project,
        dagster_dbt_translator=graph.translator,
        name="dbt_build",
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool=WAREHOUSE,
    )
    def dbt_build(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[DbtEvent]:
        """Build and test everything for a day."""
        require_day_before(context, context.partition_key_range.start)
        settings = Settings.from_environment()
        with retried_when_locked(context, settings.warehouse):
            yield from build_day(context, dbt, graph, settings)

    return dbt_build


def build_day(
    context: AssetExecutionContext, dbt: DbtCliResource, graph: DbtGraph, settings: Settings
) -> Iterator[DbtEvent]:
    """Build and test everything for a day.

    Row counts can't be read while dbt writes the warehouse, so events are handed on at the end;
    what happens meanwhile is in the run's output.

    Raises:
        DagsterDbtCliRuntimeError: when another process holds the warehouse.
        Failure: when anything failed; its text names what, with counts, and quotes no row.
    """
    check(settings)
    # The folder outlives only a failed run, whose dbt.log somebody may want to read.
    target = graph.project.project_dir / "target" / "runs" / context.run.run_id
    remove_killed(target.parent)
    with as_of_day(context.partition_key_range.start):
        invocation = dbt.cli(BUILD, context=context, target_path=target, raise_on_error=False)
        messages = list(invocation.stream_raw_events())
    events = [
        event
        for message in messages
        for event in message.to_default_asset_events(
            manifest=graph.manifest,
            dagster_dbt_translator=graph.translator,
            context=context,
            target_path=target,
            project=graph.project,
        )
    ]
    findings = read_findings(messages)
    events = [
        with_findings(event, findings) if isinstance(event, AssetCheckResult) else event
        for event in events
    ]
    if error := invocation.get_error():
        if is_locked(error):
            raise error
        yield from events
        raise Failure(describe_failure(messages, invocation), allow_retries=False)
    # An output is called like its model, which is called like its table.
    built = [event.output_name for event in events if isinstance(event, Output)]
    facts = shown_facts(read_table_facts(settings.warehouse, built))
    for event in events:
        if isinstance(event, Output):
            yield with_facts(event, facts[event.output_name])
        else:
            yield event
    shutil.rmtree(target)


def remove_killed(runs: Path) -> None:
    """Remove what killed runs of dbt left; one that ended, even if it failed, wrote its results."""
    for folder in runs.glob("*"):
        if not (folder / "run_results.json").exists():
            shutil.rmtree(folder, ignore_errors=True)


def check(settings: Settings) -> None:
    """Look at the settings of the shop before dbt is started.

    Raises:
        SettingsError: when another process holds the warehouse.
        Failure: when a setting can't be used.
    """
    try:
        settings.check({})
    except SettingsError as error:
        if is_locked(error):
            raise
        raise Failure(f"dbt: {error}", allow_retries=False) from error


def describe_failure(messages: Sequence[DbtCliEventMessage], invocation: DbtCliInvocation) -> str:
    """Return what failed in a run of dbt: names, statuses and counts, and the project's own words.

    What tests found is told in the words of the project. dbt's messages are left out, since the
    database quotes values in its errors.
    """
    own_words = OWN_ERRORS.findall(str(invocation.get_error()))
    failed = sorted({name for message in messages if (name := _failed_node(message))})
    told = ", ".join(failed[:NAMES_TOLD])
    more = f" and {len(failed) - NAMES_TOLD} more" if len(failed) > NAMES_TOLD else ""
    if failed:
        found = [text for message in messages if (text := _finding(message))]
        return "\n".join([f"dbt: {len(failed)} failed: {told}{more}.", *found])
    if own_words:
        return f"dbt: {own_words[0]}"
    return "dbt stopped before it built anything; what it said is in the output of the run."


def read_findings(messages: Sequence[DbtCliEventMessage]) -> dict[str, str]:
    """Return what data tests found that failed or warned, by the name of the test."""
    told = [
        text
        for message in messages
        for kind in (FAILED, WARNED)
        if (text := _finding(message, kind))
    ]
    return dict(text.partition(": ")[::2] for text in told)


def _finding(message: DbtCliEventMessage, kind: str = FAILED) -> str | None:
    info = message.raw_event["info"]
    is_finding = info["name"] == "JinjaLogInfo" and info["msg"].startswith(kind)
    return str(info["msg"]).removeprefix(kind) if is_finding else None


def _failed_node(message: DbtCliEventMessage) -> str | None:
    data = message.raw_event["data"]
    node = data.get("node_info", {})
    if not message.is_result_event or node.get("node_status") not in ("error", "fail"):
        return None
    failures = data.get("num_failures")
    return f"{node['node_name']} ({f'{failures:,} rows' if failures else node['node_status']})"


def shown_facts(facts: Mapping[str, TableFacts]) -> dict[str, TableFacts]:
    """Return what tables hold, but for the sizes of segments that may not be shown.

    Args:
        facts: by the name of the table.
    """
    prefix = "segment_"
    sizes = {
        name.removeprefix(prefix): each.customer_count
        for name, each in facts.items()
        if each.customer_count is not None
    }
    hidden = {f"{prefix}{segment}" for segment in sizes.keys() - shown_sizes(sizes).keys()}
    return {
        name: replace(each, row_count=None, customer_count=None) if name in hidden else each
        for name, each in facts.items()
    }


def with_facts(output: Output[Any], facts: TableFacts) -> Output[Any]:
    """Return the output of a model or seed with what its table holds beside it."""
    schema = TableSchema(columns=[TableColumn(name, kind) for name, kind in facts.columns])
    counts = {"dagster/row_count": facts.row_count, "customers": facts.customer_count}
    shown = {name: count for name, count in counts.items() if count is not None}
    return output.with_metadata(
        {**output.metadata, "dagster/column_schema": schema, **shown},
    )
