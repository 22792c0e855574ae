"""The command `segmentry replay`: past days, so that trends begin before the first build."""

from typing import Annotated

import typer
from rich.console import Console

from segmentry.settings.shop import ROOT, Settings
from segmentry.terminal import Json, print_json, terminal, working

app = typer.Typer()


@app.command()
def replay(
    months: Annotated[
        int, typer.Option(min=1, max=120, help="how many months to go back from the last build")
    ] = 12,
    again: Annotated[
        bool, typer.Option("--again", help="compute also the days that an earlier replay has")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute how large segments were on past days, as it is known now, so that there are trends.

    That is the day a week before the last build and the same day of each month before it. The next
    build adds them to segment_sizes and shop_sizes, marked as replayed. What an earlier replay
    has stays, unless a definition has changed since; after raw data of the past has changed, say
    --again.
    """
    from segmentry.replay.computation import replay as compute
    from segmentry.replay.days import plan_replay
    from segmentry.replay.report import said_of_left_out, said_of_result

    settings = Settings.from_environment()
    plan = plan_replay(settings.warehouse, months)
    console = Console(stderr=True) if as_json else terminal()
    for line in said_of_left_out(plan):
        console.print(line)
    done = []
    with working("computing past days, beside the last build"):
        for day in compute(plan, settings, ROOT, again):
            done.append(day)
            if not day.is_kept:
                console.print(
                    f"{day.as_of_date}  {len(done)} of {len(plan.days)}  "
                    f"[dim]{day.seconds:.0f} seconds[/dim]"
                )
    console.print(said_of_result(plan, done))
    if as_json:
        print_json(
            {
                "as_of_date": plan.last_build.as_of_date,
                "days": done,
                "published": plan.published,
                "before_first_order": plan.too_early,
            }
        )
