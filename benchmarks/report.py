"""Says what was measured, as Markdown."""

import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import duckdb
from dbt.version import __version__ as dbt_version

from benchmarks import ga4, segment_report
from benchmarks.builds import Build, Measurement
from benchmarks.measure import Usage
from benchmarks.predictions import seconds_by_step
from benchmarks.syncs import Step

KINDS = {"operation": "hooks", "seed": "seeds", "model": "models", "test": "data tests"}


def to_markdown(measurements: Sequence[Measurement], slowest: int) -> str:
    """Return the tables of a run.

    Args:
        measurements: shops that were built, the smallest first.
        slowest: how many models are named.
    """
    parts = [machine()]
    for measurement in measurements:
        parts += [steps(measurement), ratios(measurement)]
    parts += [kinds(measurement) for measurement in measurements[-1:]]
    parts += [models(measurement, slowest) for measurement in measurements[-1:]]
    parts += [growth(smaller, larger) for smaller, larger in pairwise(measurements)]
    return "\n\n".join(parts)


def chain_to_markdown(build: Build) -> str:
    """Return what it took to join a chain of accounts."""
    usage = build.usage
    seconds = build.seconds_by_model["int_identity_components"]
    rows = [
        ("the chain, `int_identity_components`", f"{seconds:,.1f}"),
        ("all that persons stand on, wall", f"{usage.wall_seconds:,.1f}"),
        ("the same, CPU", f"{usage.cpu_seconds:,.1f}"),
    ]
    peak = f"{usage.peak_gigabytes:.1f} GB of memory at most."
    return "\n\n".join([machine(), table(("step", "seconds"), rows), peak])


def predictions_to_markdown(measured: Mapping[float, Build]) -> str:
    """Return what each step of predictions took, and how it grows.

    Args:
        measured: builds by the scale of their shops, the smallest first.
    """
    seconds = {scale: seconds_by_step(build) for scale, build in measured.items()}
    scales = list(measured)
    rows = [
        (
            step,
            *(f"{seconds[scale][step]:,.1f}" for scale in scales),
            *(
                exponent(seconds[smaller][step], seconds[larger][step], larger / smaller)
                for smaller, larger in pairwise(scales)
            ),
        )
        for step in seconds[scales[0]]
    ]
    header = (
        "seconds",
        *(f"scale {scale:g}" for scale in scales),
        *(f"growth from {smaller:g} to {larger:g}" for smaller, larger in pairwise(scales)),
    )
    usages = [
        (
            f"{scale:g}",
            f"{build.usage.wall_seconds:,.0f}",
            f"{build.usage.cpu_seconds:,.0f}",
            f"{build.usage.peak_gigabytes:.1f}",
        )
        for scale, build in measured.items()
    ]
    whole = table(("scale", "wall, s", "CPU, s", "peak memory, GB"), usages)
    return "\n\n".join([machine(), table(header, rows), whole])


def exponent(before: float, after: float, ratio: float) -> str:
    """Return the exponent with which something grows with the shop; a dash of next to nothing."""
    if before < 0.1 or after <= 0:
        return "-"
    return f"{math.log(after / before) / math.log(ratio):.2f}"


def syncs_to_markdown(steps: Iterable[Step]) -> str:
    """Return what the commands of syncs took."""
    rows = [
        (
            f"{step.members:,} members, {step.day}: {step.command}",
            f"{step.calls:,}",
            f"{step.writes:,}",
            f"{step.usage.wall_seconds:,.1f}",
            f"{step.usage.cpu_seconds:,.1f}",
            f"{1024 * step.usage.peak_gigabytes:,.0f}",
        )
        for step in steps
    ]
    header = ("command", "calls", "that write", "wall, s", "CPU, s", "peak memory, MB")
    return "\n\n".join([machine(), table(header, rows)])


def ga4_to_markdown(steps: Iterable[ga4.Step]) -> str:
    """Return what events cost, beyond what builds without them do."""
    usages = {(step.what, step.when): step.built.usage for step in steps}
    rows = [
        (
            f"{what}, {when}",
            f"{usage.wall_seconds:,.1f}",
            f"{usage.cpu_seconds:,.1f}",
            f"{usage.peak_gigabytes:.1f}",
        )
        for (what, when), usage in usages.items()
    ]
    costs = []
    for when in (ga4.FULL, ga4.NEXT):
        nothing, raw, connector = (usages[what, when] for what in (ga4.NOTHING, ga4.RAW, ga4.GA4))
        wall, cpu = (
            (getattr(connector, kind) - getattr(nothing, kind))
            / (getattr(raw, kind) - getattr(nothing, kind))
            for kind in ("wall_seconds", "cpu_seconds")
        )
        costs.append((f"{ga4.GA4} / {ga4.RAW}, {when}", f"{wall:.2f}", f"{cpu:.2f}"))
    return "\n\n".join(
        [
            machine(),
            table(("build", "wall, s", "CPU, s", "peak memory, GB"), rows),
            table(("ratio, without what no events take", "wall", "CPU"), costs),
        ]
    )


def reports_to_markdown(reports: Iterable[segment_report.Report]) -> str:
    """Return what it takes to write the segment report."""
    rows = [
        (
            f"{each.customers:,}",
            f"{each.memberships:,}",
            f"{each.usage.wall_seconds:.1f}",
            f"{each.usage.cpu_seconds:.1f}",
            f"{each.usage.peak_gigabytes:.1f}",
            f"{each.size / 1e6:.2f}",
        )
        for each in reports
    ]
    head = ("customers", "memberships", "wall, s", "CPU, s", "peak memory, GB", "page, MB")
    return "\n\n".join([machine(), table(head, rows)])


def machine() -> str:
    """Return what it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB; "
        f"Python {platform.python_version()}, dbt {dbt_version}, DuckDB {duckdb.__version__}."
    )


def steps(measurement: Measurement) -> str:
    """Return what each step of a shop took."""
    usages: dict[str, Usage] = {
        "dbt reads the project for the first time": measurement.parse,
        "full build with data tests": measurement.full_build.usage,
        "validate and publish": measurement.publish,
        "next day's build with data tests": measurement.next_build.usage,
        "validate and publish the next day": measurement.next_publish,
        "the same facts and memberships in SQL by hand": measurement.floor,
    }
    if measurement.polars:
        usages["the same facts and six segments in Polars"] = measurement.polars
    title = (
        f"Scale {measurement.scale:g}: {measurement.raw_gigabytes:.2f} GB of raw files, "
        f"{measurement.warehouse_gigabytes:.2f} GB of warehouse, "
        f"{measurement.published_gigabytes:.2f} GB a version."
    )
    rows = [
        (
            step,
            f"{usage.wall_seconds:,.1f}",
            f"{usage.cpu_seconds:,.1f}",
            f"{usage.peak_gigabytes:.1f}",
        )
        for step, usage in usages.items()
    ]
    return title + "\n\n" + table(("step", "wall, s", "CPU, s", "peak memory, GB"), rows)


def ratios(measurement: Measurement) -> str:
    """Return how builds compare with other ways, and the next day with the full build."""
    full, following = measurement.full_build, measurement.next_build

    def against(of: Usage, to: Usage) -> Sequence[str]:
        return (
            f"{of.wall_seconds / to.wall_seconds:.1f}",
            f"{of.cpu_seconds / to.cpu_seconds:.1f}",
            f"{of.peak_gigabytes / to.peak_gigabytes:.1f}",
        )

    rows = [
        ("full build / SQL by hand", *against(full.usage, measurement.floor)),
        ("next day's build / SQL by hand", *against(following.usage, measurement.floor)),
        ("next day's build / full build", *against(following.usage, full.usage)),
    ]
    if measurement.polars:
        rows.insert(2, ("full build / Polars", *against(full.usage, measurement.polars)))
    header = (f"ratio, at scale {measurement.scale:g}", "wall", "CPU", "peak memory")
    return table(header, rows)


def kinds(measurement: Measurement) -> str:
    """Return where the builds of a shop spent their time."""

    def cells(build: Build) -> Mapping[str, float]:
        return {KINDS.get(kind, kind): value for kind, value in build.seconds_by_kind.items()} | {
            "dbt's start and end": build.seconds_around
        }

    full, following = cells(measurement.full_build), cells(measurement.next_build)
    rows = [
        (kind, f"{full.get(kind, 0):,.1f}", f"{following.get(kind, 0):,.1f}")
        for kind in [*KINDS.values(), "dbt's start and end"]
    ]
    return table((f"seconds of, at scale {measurement.scale:g}", "full build", "next day"), rows)


def models(measurement: Measurement, slowest: int) -> str:
    """Return the models that take longest."""
    full = measurement.full_build.seconds_by_model
    following = measurement.next_build.seconds_by_model
    rows = [
        (f"`{name}`", f"{full[name]:,.1f}", f"{following.get(name, 0):,.1f}")
        for name in sorted(full, key=lambda name: (-full[name], name))[:slowest]
    ]
    return table((f"seconds of, at scale {measurement.scale:g}", "full build", "next day"), rows)


def growth(smaller: Measurement, larger: Measurement) -> str:
    """Return the exponents with which a build grows with the shop: 1 is in proportion."""
    ratio = larger.scale / smaller.scale

    rows = []
    for step, before, after in (
        ("full build", smaller.full_build, larger.full_build),
        ("next day's build", smaller.next_build, larger.next_build),
    ):
        rows.append(
            (
                step,
                exponent(before.seconds_by_kind["model"], after.seconds_by_kind["model"], ratio),
                exponent(before.usage.cpu_seconds, after.usage.cpu_seconds, ratio),
                exponent(before.usage.wall_seconds, after.usage.wall_seconds, ratio),
                exponent(before.usage.peak_gigabytes, after.usage.peak_gigabytes, ratio),
            )
        )
    header = (
        f"growth from {smaller.scale:g} to {larger.scale:g}, as an exponent",
        "seconds of models",
        "CPU",
        "wall",
        "peak memory",
    )
    return table(header, rows)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
