"""The demo's conversation, where the other side is silent or says no."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from complaints.errors import UnavailableError
from lapor.demo import dialogue
from lapor.demo.dialogue import Phone


@contextmanager
def smsc(answers: dict[str, Any]) -> Iterator[str]:
    """Serve an SMSC's control interface that gives these answers by path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answers[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the library's own names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_both_sides_are_shown_in_order() -> None:
    """Only what went to this phone."""
    said: list[str] = []
    sent = [
        {"destination": "1", "text": "lain"},
        {"destination": "62", "text": "a"},
        {"destination": "62", "text": "b"},
    ]
    with smsc({"/deliver": {"status": 0}, "/sent": {"sent": sent}}) as address:
        phone = Phone(address, number="62", short_code="1708", say=said.append)
        phone.text("halo")
        assert (phone.hear(), phone.hear()) == ("a", "b")
    assert said == ["> halo", "< a", "< b"]


def test_an_sms_that_is_not_taken_ends_it() -> None:
    """And so does silence."""
    with smsc({"/deliver": {"status": 100}, "/sent": {"sent": []}}) as address, pytest.MonkeyPatch.context() as patch:
        phone = Phone(address, number="62", short_code="1708", say=lambda _: None)
        with pytest.raises(UnavailableError, match="lapor doctor"):
            phone.text("halo")
        patch.setattr(dialogue, "HEARD_WITHIN_S", 0.2)  # not before: it is also how long the phone waits for an answer
        with pytest.raises(UnavailableError, match="got no SMS"):
            phone.hear()
