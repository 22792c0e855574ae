"""The command that measures: `python -m benchmarks --help`."""

import logging
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.builds import Build, Measurement, measure_builds
from benchmarks.chain import measure_chain
from benchmarks.ga4 import measure_ga4
from benchmarks.kept import keep, read
from benchmarks.predictions import measure_predictions
from benchmarks.report import (
    chain_to_markdown,
    ga4_to_markdown,
    predictions_to_markdown,
    reports_to_markdown,
    syncs_to_markdown,
    to_markdown,
)
from benchmarks.segment_report import Report, measure_report
from benchmarks.shop import write_shop
from benchmarks.syncs import Step, measure_syncs

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def shops(
    scale: Annotated[
        list[float], typer.Option(min=0.001, help="a size of shop; give it once for each")
    ] = [0.01, 0.1],  # noqa: B006
    folder: Annotated[
        Path | None, typer.Option(help="keeps the shops for another run; else they are removed")
    ] = None,
    slowest: Annotated[int, typer.Option(min=1, help="how many models are named")] = 20,
    json: Annotated[Path | None, typer.Option(help="a file that keeps what was measured")] = None,
) -> None:
    """Build, validate and publish shops, and their next day; print what it took as Markdown.

    What each step took is logged when it ends.

    Scale 1 is a shop of a million customers, five million orders, twenty million email events and a
    hundred million events over three years.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
        measurements: list[Measurement] = []
        for size in sorted(set(scale)):
            shop = write_shop((folder or Path(temporary)).absolute() / f"{size:g}", size)
            measurements.append(measure_builds(shop))
            if json:
                keep(measurements, json)
        typer.echo(to_markdown(measurements, slowest))


@app.command()
def plot(
    json: Annotated[Path, typer.Argument(help="a file that keeps what was measured")],
    svg: Annotated[Path, typer.Argument(help="the plot to write")],
) -> None:
    """Draw how builds grow with the shop."""
    from benchmarks.plot import draw

    draw(read(json), svg)


@app.command()
def chain(
    accounts: Annotated[int, typer.Option(min=2)] = 1_000_000,
    links: Annotated[int, typer.Option(min=1)] = 10_000,
) -> None:
    """Join a chain of accounts, each of which shares an address with the next, to one person."""
    with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
        typer.echo(chain_to_markdown(measure_chain(Path(temporary), accounts, links)))


@app.command()
def ga4(events: Annotated[int, typer.Option(min=100)] = 1_000_000) -> None:
    """Build what is made of events, from Google's export and from raw files of the same."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
        typer.echo(ga4_to_markdown(measure_ga4(Path(temporary), events)))


@app.command()
def predictions(
    scale: Annotated[
        list[float], typer.Option(min=0.001, help="a size of shop; give it once for each")
    ] = [0.1],  # noqa: B006
) -> None:
    """Build forecasts, clusters, affinities and suggestions, one model at a time."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    measured: dict[float, Build] = {}
    for size in sorted(set(scale)):
        with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
            measured[size] = measure_predictions(Path(temporary), size)
    typer.echo(predictions_to_markdown(measured))


@app.command()
def report(
    customers: Annotated[
        list[int], typer.Option(min=1, help="a size of shop; give it once for each")
    ] = [1_000_000],  # noqa: B006
) -> None:
    """Write the segment report of the published shop, many times over."""
    reports: list[Report] = []
    for size in sorted(set(customers)):
        with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
            reports.append(measure_report(Path(temporary), size))
    typer.echo(reports_to_markdown(reports))


@app.command()
def syncs(
    members: Annotated[
        list[int], typer.Option(min=100, help="a size of audience; give it once for each")
    ] = [100_000],  # noqa: B006
) -> None:
    """Sync audiences to a simulator of Klaviyo, and what changes by the next day."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    steps: list[Step] = []
    for size in sorted(set(members)):
        with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
            steps += measure_syncs(Path(temporary), size)
    typer.echo(syncs_to_markdown(steps))


if __name__ == "__main__":
    app()
