"""Everything that Dagster runs for a shop; `make serve` shows it."""

from dagster import AutomationConditionSensorDefinition, Definitions, in_process_executor

from orchestration.assets.dbt import dbt_models, other_sources, read_dbt_graph
from orchestration.assets.published import published_version
from orchestration.assets.raw import raw_assets, raw_tables
from orchestration.assets.report import segment_report
from orchestration.assets.syncs import declared_syncs, is_scheduled, sync_asset
from orchestration.partitions import daily_partitions
from orchestration.resources import dbt_program, dbt_project
from orchestration.schedules import daily_job, every_morning
from orchestration.sensors import late_version, new_raw_files, tell_failure, tell_recovery
from orchestration.sync_sensors import new_version, stale_syncs, syncs_job
from segmentry.activation.command import folder_of_syncs
from segmentry.settings.environment import load_env_file
from segmentry.settings.privacy import keep_private
from segmentry.settings.shop import ROOT
from segmentry.settings.variables import check_variables, configured_variables


def shop_definitions() -> Definitions:
    """Return the assets, the jobs and what starts and watches it, for the shop of the environment.

    Raises:
        DbtError: when dbt can't read the project.
        SettingsError: when a setting of the shop can't be used.
        ValueError: when the first day is no date.
    """
    keep_private()
    load_env_file(ROOT)
    check_variables(ROOT, {})
    project = dbt_project()
    graph = read_dbt_graph(project)
    partitions = daily_partitions(configured_variables(ROOT))
    raw_files = raw_assets(graph)
    models = dbt_models(graph, partitions)
    version = published_version(models, graph.manifest)
    report = segment_report(version)
    syncs = declared_syncs(folder_of_syncs())
    scheduled = [name for name, declared in syncs.items() if is_scheduled(declared)]
    return Definitions(
        assets=[
            raw_files,
            *other_sources(graph),
            models,
            version,
            report,
            *(sync_asset(name, declared) for name, declared in syncs.items()),
        ],
        jobs=[daily_job(models, version, report), syncs_job(scheduled)],
        schedules=[every_morning(partitions)],
        sensors=[
            new_raw_files(partitions, sorted(raw_tables(graph))),
            tell_failure,
            tell_recovery,
            late_version(partitions),
            new_version(partitions, scheduled),
            stale_syncs(scheduled),
            AutomationConditionSensorDefinition("look_at_raw_files", target=sorted(raw_files.keys)),
        ],
        resources={"dbt": dbt_program(project)},
        # One process: DuckDB has one writer, and a process per step would only wait for it.
        executor=in_process_executor,
    )


defs = shop_definitions()
