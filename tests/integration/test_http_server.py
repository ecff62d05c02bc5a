"""The HTTP server: half a request holds no connection for ever, and a log is not filled because no more connections are possible."""

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from complaints.runtime import http_protocol, strangers
from complaints.runtime.http_protocol import quiet_about_accepting
from complaints.runtime.http_server import listening_socket, serve


@contextmanager
def running(answer: threading.Event) -> Iterator[str]:
    """Serve an application that answers /later when it may, and anything else at once."""

    async def at_once(_: Request) -> PlainTextResponse:
        return PlainTextResponse("now")

    async def later(_: Request) -> PlainTextResponse:
        await asyncio.to_thread(answer.wait, 30)
        return PlainTextResponse("later")

    async def whole(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    listener, stop = listening_socket("127.0.0.1", 0), threading.Event()
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    app = Starlette(routes=[Route("/later", later), Route("/", at_once), Route("/whole", whole, methods=["POST"])])
    thread = threading.Thread(target=serve, args=(app, listener, stop, lambda: None))
    thread.start()
    try:
        yield address
    finally:
        answer.set()
        stop.set()
        thread.join(30)


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("half", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_half_a_request_holds_no_connection_for_ever(
    monkeypatch: pytest.MonkeyPatch, before: bytes, half: bytes
) -> None:
    """Neither the first one of a connection nor a later one; who waits for an answer is left in peace."""
    monkeypatch.setattr(http_protocol, "HEADERS_S", 0.1)
    answer = threading.Event()

    async def held(address: str) -> bytes:
        reads, writes = await asyncio.open_connection(*address.split(":"))
        writes.write(before)
        answered = await reads.readuntil(b"now") if before else b""
        writes.write(half)
        try:
            return answered + await asyncio.wait_for(reads.read(), 30)
        except ConnectionResetError:
            return answered
        finally:
            writes.close()

    with running(answer) as address, httpx.Client(trust_env=False, timeout=30) as client:
        waits: list[str] = []
        patient = threading.Thread(target=lambda: waits.append(client.get(f"http://{address}/later").text))
        patient.start()
        assert asyncio.run(held(address)).count(b"HTTP/1.1 ") == bool(before)
        answer.set()
        patient.join(30)
        assert waits == ["later"]


def test_silent_connections_take_no_place_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs a password to open one. The oldest gives way, also one that was answered; who waits for an answer is none."""
    monkeypatch.setattr(strangers, "STRANGERS", 3)
    answer = threading.Event()

    def connected(said: bytes = b"") -> socket.socket:
        made = opened.enter_context(socket.create_connection((host, int(port)), timeout=30))
        made.sendall(said)
        return made

    with ExitStack() as opened:
        host, _, port = opened.enter_context(running(answer)).partition(":")
        patient = connected(b"GET /later HTTP/1.1\r\nHost: x\r\n\r\n")
        kept = connected(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(12) == b"HTTP/1.1 200"
        while not kept.recv(1000).endswith(b"now"):
            pass
        silent = [connected() for _ in range(4)]
        assert kept.recv(1) == silent[0].recv(1) == b""
        assert httpx.get(f"http://{host}:{port}/", trust_env=False, timeout=30).text == "now"
        answer.set()
        assert patient.recv(12) == b"HTTP/1.1 200"


def in_pieces() -> Iterator[bytes]:
    """Give a body with a pause in which the connection is looked at a few times."""
    yield bytes(100_000)
    time.sleep(0.3)
    yield bytes(200_000)


@pytest.mark.parametrize("path", ["/whole", "/", "/nowhere"])
@pytest.mark.parametrize("limit", ["BODY_S", "WHOLE_S"])
def test_a_body_that_comes_byte_by_byte_holds_no_connection_for_ever(
    monkeypatch: pytest.MonkeyPatch, path: str, limit: str
) -> None:
    """Neither while its request waits for the rest nor after an answer that did not need it; who sends faster is left in peace."""
    monkeypatch.setattr(http_protocol, "HEADERS_S", 0.1)
    monkeypatch.setattr(http_protocol, limit, 0.2)
    monkeypatch.setattr(http_protocol, "SLOWEST", 1 << 20)

    async def dripped(address: str) -> bytes:
        reads, writes = await asyncio.open_connection(*address.split(":"))
        writes.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n".encode())
        answered = asyncio.create_task(reads.read())
        while not answered.done():
            writes.write(b" ")
            await asyncio.wait({answered}, timeout=0.02)
        writes.close()
        return b"" if answered.exception() else answered.result()

    with running(threading.Event()) as address, httpx.Client(trust_env=False, timeout=30) as client:
        asyncio.run(asyncio.wait_for(dripped(address), 30))
        monkeypatch.undo()
        monkeypatch.setattr(http_protocol, "HEADERS_S", 0.1)
        assert client.post(f"http://{address}/whole", content=in_pieces()).text == "300000 bytes"


def test_that_no_connection_can_be_accepted_is_logged_once_a_minute() -> None:
    """The event loop says it a thousand times a second; all else is logged as before."""
    loop, said, now = asyncio.new_event_loop(), [], 1000.0
    loop.set_exception_handler(lambda _, context: said.append(context["message"]))
    quiet_about_accepting(loop, lambda: now)
    full: dict[str, Any] = {"message": "socket.accept() out of system resource", "exception": OSError(errno.EMFILE, "")}
    for _ in range(1000):
        loop.call_exception_handler(full)
    loop.call_exception_handler({"message": "else"})
    now += 61
    loop.call_exception_handler(full)
    loop.close()
    assert said == [full["message"], "else", full["message"]]
