"""A source of webhooks: signs as its secret says, by the library of those who wrote the specification, and hears of replies."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"the secret of a source here").decode()
OLDER = "whsec_" + base64.b64encode(b"the secret that it had before").decode()


def sources_file(folder: Path, **more: Any) -> Path:
    """Write a file with one source, and those of `more`, and return it."""
    path = folder / "webhooks.yaml"
    path.write_text(yaml.safe_dump({"dinas": {"secrets": [SECRET, OLDER]}} | more))
    return path


def signed(body: bytes, *, number: str, secret: str = SECRET, age_s: float = 0.0) -> dict[str, str]:
    """Return the headers of a body."""
    now = datetime.now(UTC) - timedelta(seconds=age_s)
    return {
        "content-type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, now, body.decode()),
    }


def hand_in(
    base: str,
    number: str = "",
    *,
    secret: str = SECRET,
    source: str = "dinas",
    timeout_s: float = 30,
    **fields: Any,
) -> httpx.Response:
    """Hand in a complaint."""
    told = {"id": "A-1", "text": "Jalan di Kota Semarang berlubang", "sender": "warga-7"} | fields
    body = json.dumps(told).encode()
    headers = signed(body, number=number or uuid4().hex, secret=secret)
    return httpx.post(f"{base}/hooks/{source}", content=body, headers=headers, timeout=timeout_s)


class Callback:
    """A server of somebody else's, which keeps what it is told.

    Attributes:
        statuses: the next answers; 0 stands for a connection that ends without one.
        answers: is cleared while it answers nobody.
        calls: headers and body of what it was told.
        base: its address.
        url: the address of what it is told.
    """

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.answers = threading.Event()
        self.answers.set()
        self.calls: list[tuple[dict[str, str], bytes]] = []
        callback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                callback.calls.append((dict(self.headers.items()), body))
                callback.answers.wait(30)
                status = callback.statuses.pop(0) if callback.statuses else 204
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base}/replies"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def silent(*, cut: bool) -> Iterator[Callback]:
    """A server that takes requests and breaks the connection, at once or after a long time."""
    with closing(Callback()) as made:
        made.statuses = [0] * 9
        if not cut:
            made.answers.clear()
        yield made
