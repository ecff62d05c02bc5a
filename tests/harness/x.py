"""The stand-in for X as a process, and the citizens who post and write there."""

import re
import signal
from pathlib import Path
from typing import Any

import httpx

from channels.twitter.client import UserKeys, XClient
from tests.harness import warm
from tests.harness.support import wait_until

TOKEN = "the-only-token"


class X:
    """A stand-in on a port of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        log = folder.with_suffix(".log")
        log.unlink(missing_ok=True)
        arguments = ("--port", "0", "--data-dir", str(folder), "--bearer-token", TOKEN, *options)
        self.process = warm.run("embedded.x", *arguments, log=log)
        wait_until(lambda: "answers at" in log.read_text(), what="the stand-in")
        self.base = re.findall(r"answers at (\S+)", log.read_text())[0]
        self.http = httpx.Client(base_url=f"{self.base}/_standin", timeout=30, trust_env=False)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal."""
        self.http.close()
        self.process.send_signal(number)
        self.process.wait(30)

    def ask(self, at: str, **body: Any) -> dict[str, Any]:
        """Ask the stand-in for something."""
        found: dict[str, Any] = self.http.post(at, json=body).raise_for_status().json()
        return found

    def post(self, text: str, author: str = "warga") -> str:
        """Have a citizen mention us; return the post's id."""
        return str(self.ask("/tweets", author=author, text=f"@lapor1708 {text}", mentions=["lapor1708"])["id"])

    def write(self, text: str, author: str = "warga", **more: Any) -> str:
        """Have a citizen send us a direct message; return its id."""
        return str(self.ask("/messages", author=author, text=text, **more)["id"])

    def fail(self, status: int, path: str, count: int = 1, reset_s: float | None = None) -> None:
        """Let the next calls of a path fail."""
        self.ask("/fail", status=status, count=count, path=path, reset_s=reset_s)

    def posts(self) -> list[dict[str, Any]]:
        """Return the posts of our account."""
        found: list[dict[str, Any]] = self.http.get("/posts").json()["posts"]
        return found

    def client(self, *, base: str = "", **more: Any) -> XClient:
        """Return a client of our account, which may post."""
        settings: dict[str, Any] = {"bearer_token": TOKEN, "account": "lapor1708"} | more
        return XClient(base or self.base, user_keys=UserKeys.parse("a:b:c:d"), **settings)
