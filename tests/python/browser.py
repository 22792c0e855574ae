"""Opens pages in a headless Chromium, and tells what they print and whom they call."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# What a page loads without asking anybody.
OWN = ("file:", "data:", "blob:", "about:")
SECONDS = 60.0


@dataclass
class Browser:
    """A page in Chromium, reached over its debugging protocol.

    Attributes:
        socket: the connection to the page.
        events: what happened since the page was opened.
    """

    socket: ClientConnection
    events: list[dict[str, Any]] = field(default_factory=list)
    _calls: int = 0

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        self.socket.send(json.dumps(message))
        while True:
            answer: dict[str, Any] = json.loads(self.socket.recv(timeout=SECONDS))
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def open(self, url: str) -> None:
        """Open a page, forgetting what happened before."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState == 'complete' && location.href != 'about:blank'")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript; of a promise, what it comes to."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression of JavaScript is true."""
        end = monotonic() + SECONDS
        while not self.evaluate(condition):
            assert monotonic() < end, f"never came true: {condition}"
            sleep(0.05)

    def errors(self) -> list[str]:
        """Return the errors that the page raised or printed."""
        found = []
        for event in self.events:
            content = event["params"]
            match event["method"]:
                case "Runtime.exceptionThrown":
                    found.append(json.dumps(content["exceptionDetails"]))
                case "Log.entryAdded" if content["entry"]["level"] == "error":
                    found.append(f"{content['entry']['text']} {content['entry'].get('url')}")
                case "Runtime.consoleAPICalled" if content["type"] == "error":
                    found.append(json.dumps(content["args"]))
        return found

    def calls(self) -> list[str]:
        """Return the addresses outside of this disk that the page asked for."""
        asked = [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in asked if not url.startswith(OWN)]


@contextmanager
def open_browser(width: int = 1280) -> Iterator[Browser]:
    """Start Chromium with an empty page of a width in pixels, and end it."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu"),
                *("--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"),
                *("--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(page_address(Path(profile)), max_size=None) as socket:
                browser = Browser(socket)
                for domain in ("Page", "Runtime", "Network", "Log"):
                    browser.call(f"{domain}.enable")
                browser.call(
                    "Emulation.setDeviceMetricsOverride",
                    width=width,
                    height=900,
                    deviceScaleFactor=1,
                    mobile=width < 600,
                )
                yield browser
        finally:
            process.terminate()
            process.wait()


def page_address(profile: Path) -> str:
    """Return where the page of a browser that has just started is reached."""
    said = profile / "DevToolsActivePort"
    end = monotonic() + SECONDS
    while not said.exists() or not said.read_text().strip():
        assert monotonic() < end, "Chromium did not start"
        sleep(0.05)
    port = said.read_text().split()[0]
    with urlopen(f"http://127.0.0.1:{port}/json") as response:
        pages = json.load(response)
    return next(str(page["webSocketDebuggerUrl"]) for page in pages if page["type"] == "page")
