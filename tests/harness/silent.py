"""A server that takes every request and never answers."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Silent:
    """It reads requests and hangs, or breaks the connection, until it is closed.

    Attributes:
        base: its address.
        requests: how many it has read.
    """

    def __init__(self, *, cut: bool) -> None:
        silent, self.requests, self._over = self, 0, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                silent.requests += 1
                if not cut:
                    silent._over.wait(30)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        """Serve."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let all go."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
