"""The stand-in for Telegram as a process, and the citizens who write there."""

import base64
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.harness import warm
from tests.harness.support import wait_until

TOKEN = "1708:the-only_token"


class Telegram:
    """A stand-in that may be stopped, killed and started again on its data and port."""

    def __init__(self, folder: Path, *arguments: str, run: Callable[..., warm.Running] = warm.run) -> None:
        self._folder, self._arguments, self._port, self._run = folder, arguments, "0", run
        self.start()

    def start(self) -> None:
        """Start it."""
        arguments = ("--port", self._port, "--data-dir", str(self._folder), "--token", TOKEN, *self._arguments)
        log = self._folder.with_suffix(".log")
        log.unlink(missing_ok=True)
        self.process = self._run("embedded.telegram", *arguments, log=log)
        wait_until(lambda: "answers at" in log.read_text(), what="the stand-in")
        self.base = re.findall(r"answers at (\S+)", log.read_text())[0]
        self._port = self.base.rpartition(":")[2]
        self.http = httpx.Client(base_url=f"{self.base}/_standin", timeout=30, trust_env=False)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal."""
        self.http.close()
        self.process.send_signal(number)
        self.process.wait(30)

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post to the control side."""
        found: dict[str, Any] = self.http.post(path, json=body).raise_for_status().json()
        return found

    def say(self, text: str = "", author: str = "warga", **more: Any) -> dict[str, Any]:
        """Let somebody write; return the ids of update, message, chat and user."""
        return self.control("/messages", {"author": author, "text": text} | more)

    def show(self, content: bytes, author: str = "warga", *, kind: str = "photo", **more: Any) -> dict[str, Any]:
        """Let somebody send a file; `file` in `more` says more of it."""
        file = {"kind": kind, "content_base64": base64.b64encode(content).decode(), **more.pop("file", {})}
        return self.control("/messages", {"author": author, "file": file} | more)

    def fail(self, status: int, **more: Any) -> None:
        """Let the next calls fail."""
        self.control("/fail", {"status": status} | more)

    def sent(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return what our bot sent."""
        params = {"to": to} if to else {}
        found: list[dict[str, Any]] = self.http.get("/sent", params=params).json()["messages"]
        return found

    def status(self) -> dict[str, Any]:
        """Return what the stand-in says of itself."""
        found: dict[str, Any] = self.http.get("/status").json()
        return found
