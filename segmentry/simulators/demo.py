"""Syncs the demo shop to a Klaviyo on this machine, a day and the next: `make demo-sync`."""

import os
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from segmentry.settings.shop import ROOT
from segmentry.simulators.klaviyo import KlaviyoSimulator
from segmentry.state.keys import masked

FOLDER = ROOT / "target" / "demo_sync"
DAYS = ("2026-06-29", "2026-06-30")
AUDIENCES = {"Welcome back": "idle_customers", "Filled carts": "cart_abandoners"}
SYNC = """
platform: klaviyo
credentials: {{api_key: DEMO_KLAVIYO_KEY}}
base_url: {base_url}
audiences:
{audiences}
properties:
  first_name: first_name
  Orders: order_count
  Last order: last_order_at
"""
AUDIENCE = "  - {{id: {id}, segments: [{segment}]}}"


def main() -> None:
    """Build each day, publish it, plan and apply, and show what arrived."""
    console = Console(highlight=False)
    (FOLDER / "syncs").mkdir(parents=True, exist_ok=True)
    with KlaviyoSimulator() as simulator:
        lists = {simulator.add_list(name): name for name in AUDIENCES}
        audiences = "\n".join(
            AUDIENCE.format(id=list_id, segment=AUDIENCES[name]) for list_id, name in lists.items()
        )
        text = SYNC.format(base_url=simulator.base_url, audiences=audiences)
        (FOLDER / "syncs" / "demo.yml").write_text(text, encoding="utf-8")
        for day in DAYS:
            console.rule(f"The demo shop on {day}")
            environment = environment_of(day, simulator.api_key)
            with console.status("building, testing and publishing; a minute or so …"):
                call(environment, "build", "--publish", quietly=True)
            call(environment, "plan", "demo")
            call(environment, "apply", "demo")
            console.print(arrived(simulator, lists))
    console.print(
        "Klaviyo's simulator held each request against its contract. The sync of the demo is "
        f"{FOLDER.relative_to(ROOT) / 'syncs' / 'demo.yml'}; those to copy are in "
        "orchestration/syncs."
    )


def environment_of(day: str, api_key: str) -> dict[str, str]:
    """Return the environment of a day's commands; all that they write is in one folder."""
    return {
        **os.environ,
        "SEGMENTRY_AS_OF": day,
        "SEGMENTRY_WAREHOUSE": str(FOLDER / "segmentry.duckdb"),
        "SEGMENTRY_SYNCS_DIR": str(FOLDER / "syncs"),
        "SEGMENTRY_STATE_KEY": "the key of the demo, which protects nobody",
        "DEMO_KLAVIYO_KEY": api_key,
        "DBT_TARGET_PATH": str(FOLDER / "dbt"),
    }


def call(environment: dict[str, str], *arguments: str, quietly: bool = False) -> None:
    """Run a command of the project, and end with it when it fails."""
    command = [sys.executable, "-m", "segmentry", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, text=True, capture_output=quietly
    )
    if result.returncode:
        sys.exit(f"{result.stdout or ''}{result.stderr or ''}" or result.returncode)


def arrived(simulator: KlaviyoSimulator, lists: dict[str, str]) -> Table:
    """Return what the platform has."""
    table = Table("list", "members", "such as", "with", box=None, title="On the platform")
    for list_id, name in lists.items():
        members = sorted(simulator.members_of(list_id))
        profile = simulator.profile_of(members[0]) if members else None
        table.add_row(
            name,
            f"{len(members):,}",
            masked(members[0]) if members else "",
            ", ".join(f"{key}: {value}" for key, value in profile.properties.items())
            if profile
            else "",
        )
    return table


if __name__ == "__main__":
    main()
