"""The upstreams of a kill test: an SMSC for each link, X, Telegram, and the callback of the sources of webhooks."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from tests.harness.messages.fed import Seen
from tests.harness.messages.plan import LINKS
from tests.harness.support import free_port, wait_until
from tests.harness.webhook import Callback

READY_S = 60.0
MOST = 5000
"""Messages in one answer of a stand-in."""


@dataclass
class Upstreams:
    """All of them. None of them is ever killed.

    Attributes:
        smsc: the address of the control interface of each SMSC, by link.
        ports: the SMPP port of each, by link.
        x: the base address of the stand-in for X.
        telegram: that of the stand-in for Telegram.
        callback: hears the replies to sources.
    """

    smsc: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    x: str = ""
    telegram: str = ""
    callback: Callback = field(default_factory=Callback)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def start(cls, folder: Path) -> "Upstreams":
        """Start them, and wait until all of them answer."""
        made = cls()
        ready: list[tuple[int, str]] = []
        for link in LINKS:
            made.ports[link], control = free_port(), free_port()
            made._run(folder / link, "smsc", port=made.ports[link], control_port=control)
            made.smsc[link] = f"http://127.0.0.1:{control}"
            ready.append((control, "/status"))
        for name, path in (("x", "/_standin/status"), ("telegram", "/_standin/status")):
            port = free_port()
            made._run(folder / name, name, port=port)
            setattr(made, name, f"http://127.0.0.1:{port}")
            ready.append((port, path))
        for port, path in ready:
            wait_until(partial(_answers, port, path), timeout_s=READY_S, what=path)
        return made

    def _run(self, folder: Path, name: str, **options: int) -> None:
        folder.mkdir(parents=True)
        said = [word for option, value in options.items() for word in (f"--{option.replace('_', '-')}", str(value))]
        command = [sys.executable, "-m", f"embedded.{name}", "--data-dir", str(folder), *said]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LAPOR_")}
        with (folder / "standin.log").open("wb") as log:
            self._processes.append(
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
            )

    def settings(self) -> dict[str, str]:
        """Return the settings by which the channels reach them."""
        links = ",".join(f"{link}=smpp://lapor:lapor@127.0.0.1:{port}" for link, port in self.ports.items())
        return {"SMPP": links, "X_API": self.x, "TELEGRAM_API": self.telegram}

    def seen(self) -> Seen:
        """Return how often they have seen each text of ours."""
        found: Seen = Counter(("webhook", json.loads(body)["data"]["text"]) for _, body in self.callback.calls)
        with httpx.Client(timeout=60, trust_env=False) as http:
            for url in self.smsc.values():
                found.update(("sms", said["text"]) for said in _all(http, f"{url}/sent", "sent", "n", limit=MOST))
            posts = _all(http, f"{self.x}/_standin/posts", "posts", "id")
            found.update(("twitter", post["text"]) for post in posts)
            sent = _all(http, f"{self.telegram}/_standin/sent", "messages", "message_id")
            found.update(("telegram", said["text"]) for said in sent)
        return found

    def close(self) -> None:
        """End them."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(30)
        self.callback.close()


def _all(http: httpx.Client, url: str, name: str, number: str, **options: int) -> list[dict[str, Any]]:
    """Return all entries of a list that is given in pages after a number."""
    found: dict[int, dict[str, Any]] = {}
    while True:
        last = max(found, default=0)
        page = http.get(url, params={"since": last, **options}).json()[name]
        fresh = {int(one[number]): one for one in page if int(one[number]) > last}
        if not fresh:
            return list(found.values())
        found |= fresh


def _answers(port: int, path: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
