"""`make serve` in a test: the page and daemon of Dagster as processes, on this machine only."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from orchestration.partitions import day_of_run
from segmentry.settings.shop import ROOT

DAGSTER = Path(sys.executable).with_name("dagster")
MODULE = "orchestration.definitions"
SECONDS_TO_START = 300

BACKFILL = """
    mutation ($params: LaunchBackfillParams!) {
        launchPartitionBackfill(backfillParams: $params) {
            __typename
            ... on LaunchBackfillSuccess { backfillId }
        }
    }
"""
ASSETS = "{ assetNodes { assetKey { path } isMaterializable } }"
RUNS = "{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }"
TERMINATE = """
    mutation ($runId: String!) {
        terminateRun(runId: $runId, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) { __typename }
    }
"""


@dataclass(frozen=True)
class Run:
    """A run as Dagster's page shows it.

    Attributes:
        run_id: its id.
        day: the day that it builds; empty for none.
        status: how it stands, such as `SUCCESS`.
        backfill: the backfill that it belongs to; empty for none.
    """

    run_id: str
    day: str
    status: str
    backfill: str


class DagsterServer:
    """Dagster's page and daemon, which start what is asked of them over HTTP."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        """Take the folder where Dagster keeps its runs, and the environment that names the shop."""
        self.home = home
        self.environment = environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both and wait until the definitions are loaded.

        Raises:
            TimeoutError: when they are not after some minutes.
        """
        self.home.mkdir(exist_ok=True)
        shutil.copy(ROOT / "orchestration" / "dagster_home" / "dagster.yaml", self.home)
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(DAGSTER), "dev", *address, "--module-name", MODULE],
                cwd=ROOT,
                env={**os.environ, **self.environment, "DAGSTER_HOME": str(self.home)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError((self.home / "server.log").read_text())
            time.sleep(1)

    def is_ready(self) -> bool:
        """Tell whether the page answers and knows the assets."""
        try:
            return bool(self.query(ASSETS)["assetNodes"])
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End page, daemon and runs at once, without a word to any of them."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def query(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the page something in GraphQL."""
        answer = httpx.post(
            f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=120
        )
        answer.raise_for_status()
        data: dict[str, Any] = answer.json()["data"]
        return data

    def backfill(self, days: Sequence[str]) -> str:
        """Start a backfill of everything for some days, as the page does; return its id."""
        nodes = self.query(ASSETS)["assetNodes"]
        keys = [node["assetKey"] for node in nodes if node["isMaterializable"]]
        params = {"assetSelection": keys, "partitionNames": list(days)}
        launched = self.query(BACKFILL, params=params)["launchPartitionBackfill"]
        return str(launched["backfillId"])

    def runs(self) -> list[Run]:
        """Return all runs, the latest first."""
        found = []
        for run in self.query(RUNS)["runsOrError"]["results"]:
            tags = {tag["key"]: tag["value"] for tag in run["tags"]}
            backfill = tags.get("dagster/backfill", "")
            found.append(Run(run["runId"], day_of_run(tags), run["status"], backfill))
        return found

    def terminate(self, run_id: str) -> None:
        """Mark a run as ended whose process is gone."""
        self.query(TERMINATE, runId=run_id)
