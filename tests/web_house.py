"""A web door on a real socket, with a broker in memory and a real spool."""

import socket
import threading
from pathlib import Path
from typing import Any

import httpx

from channels.base import Intake
from channels.web.channel import WebChannel
from complaints.contract import COMPLAINTS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.message import InboundMessage
from complaints.spool import Spool
from normalizer.normaliser import Normaliser
from tests.fakes import MemoryProducer
from tests.support import free_port, listens, wait_until

API = "/api/v1/complaints"
STUMBLE = "RACUN"
"""A text at which this normaliser stumbles, as a fault of our own would."""


class House:
    """The door, served by uvicorn, with a broker in memory and a real spool."""

    def __init__(self, keys: Keyring, folder: Path, *, spool_bytes: int = 1 << 20) -> None:
        self.producer, self._keys = MemoryProducer(), keys
        spool = Spool(folder / "spool.db", max_bytes=spool_bytes)
        self.intake = Intake("web", normalise=self._normalise, producer=self.producer, spool=spool)
        self.port, self._stop = free_port(), threading.Event()
        door = WebChannel(host="127.0.0.1", port=self.port, max_body_bytes=1 << 20, turned=lambda: None)
        self._thread = threading.Thread(target=door.run, args=(self.intake, self._stop), daemon=True)
        self._thread.start()
        wait_until(lambda: listens(self.port), what="the web door")
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)

    def _normalise(self, message: InboundMessage) -> Complaint:
        if STUMBLE in message.text:
            raise RuntimeError("stumbled")
        return Normaliser.load().normalise(message, self._keys)

    def close(self) -> None:
        """Stop it as its process does."""
        self.http.close()
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        self.intake.close()

    def complaints(self) -> list[Complaint]:
        """Return what came to the bus."""
        return self.producer.events(COMPLAINTS, Complaint)

    def send(self, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """Send a complaint by the API."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post(API, json={"text": "Jalan rusak", **fields}, headers=headers)

    def raw(self, request: bytes) -> bytes:
        """Send bytes and return what comes until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=3) as wire:
            wire.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer and (more := wire.recv(65536)):
                answer += more
            return answer
