"""A web door on a real socket, with a broker in memory and a real spool."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from channels.conversation import Conversation
from channels.correspondence import Correspondence
from channels.intake import Intake
from channels.known_cases import KnownCases
from channels.web.channel import WebChannel
from channels.web.parts import WebParts
from channels.web.places import RegencySearch
from channels.web.receipts import Receipts
from channels.web.request_keys import RequestKeys
from channels.web.security import KEYED, ApiKeys, Forms, Limits, rate
from complaints import tracking
from complaints.case import CaseState, CaseStatus
from complaints.command import Command
from complaints.contract import COMPLAINTS
from complaints.crypto import Keyring
from complaints.errors import UnavailableError
from complaints.event import Complaint, ReplyKind
from complaints.fact import Fact
from complaints.ids import reply_id
from complaints.message import InboundMessage
from complaints.storage.attachments import DiskStore
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.events import reply
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.support import free_port, listens, wait_until

API = "/api/v1/complaints"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003860180ea5e55c00000000049454e44ae426082"
)
"""A picture of one point."""

STUMBLE = "RACUN"
"""A text at which this normaliser stumbles, as a fault of our own would."""


class Cases:
    """A view that knows what it was told."""

    def __init__(self) -> None:
        self.known: dict[str, CaseStatus] = {}
        self.facts: dict[UUID, tuple[Fact, ...]] = {}
        self.away = False

    def status_of(self, complaint_id: UUID) -> CaseStatus | None:
        """Return what it was told, by the complaint's id."""
        self._answer()
        return next((case for case in self.known.values() if case.complaint_id == complaint_id), None)

    def result(self, code: str, command_id: UUID) -> tuple[Fact, ...]:
        """Return what it was told that became of a command."""
        self._answer()
        assert code in self.known
        return self.facts.get(command_id, ())

    def _answer(self) -> None:
        if self.away:
            raise UnavailableError("the cases in memory are away")

    def status(self, code: str) -> CaseStatus | None:
        """Return what it was told (see CaseReader)."""
        code = tracking.parse(code)
        self._answer()
        return self.known.get(code)


def regencies() -> RegencySearch:
    """Return the search on the packaged gazetteer, as the composition root makes it."""
    normaliser = Normaliser.load()
    names = normaliser.gazetteer
    return RegencySearch(
        names.regencies(),
        province=names.name,
        reads=lambda text: normaliser.read("", address=text).place.codes[1],
    )


def furnish(folder: Path, memory: Correspondence, cases: Cases, **changes: Any) -> WebParts:
    """Return what the door works with, in a folder."""
    parts: dict[str, Any] = {
        "cases": cases,
        "letters": memory,
        "regencies": regencies(),
        "store": DiskStore(folder / "attachments"),
        "requests": RequestKeys(folder / "web" / "requests.db"),
        "forms": Forms("a secret of the tests"),
        "receipts": Receipts("a secret of the tests"),
        "keys": ApiKeys(None),
        "limits": Limits(reads=rate("300/minute", ""), writes=rate("60/minute", ""), keyed=rate(KEYED, "")),
        "max_body_bytes": 1 << 20,
        "max_file_bytes": 10 << 20,
    }
    return WebParts(**(parts | changes))


def correspondence(folder: Path) -> Correspondence:
    """Return the door's memory of letters."""
    return Correspondence(folder / "correspondence.db", clock=time.time)


class House:
    """The door, served by uvicorn, with a broker in memory and a real spool."""

    def __init__(
        self, keys: Keyring, folder: Path, /, *, spool_bytes: int = 1 << 20, proxies: str = "", **changes: Any
    ) -> None:
        self.producer, self._keys = MemoryProducer(), keys
        self.folder, self.cases, self.memory = folder, Cases(), correspondence(folder)
        self.known = KnownCases(folder / "cases.db", clock=time.time, question_s=3600.0)
        spool = Spool(folder / "spool.db", max_bytes=spool_bytes)
        self.intake = Intake(
            "web",
            normalise=self._normalise,
            producer=self.producer,
            spool=spool,
            conversation=Conversation(
                memory=self.memory,
                known=self.known,
                complete=Normaliser.load().complete,
                identity=keys,
                cases=self.cases,
            ),
        )
        self.port, self._stop = free_port(), threading.Event()
        self.parts = furnish(folder, self.memory, self.cases, **changes)
        door = WebChannel(host="127.0.0.1", port=self.port, parts=self.parts, turned=lambda: None, proxies=proxies)
        self._thread = threading.Thread(target=door.run, args=(self.intake, self._stop), daemon=True)
        self._thread.start()
        wait_until(lambda: listens(self.port), what="the web door")
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)

    def _normalise(self, message: InboundMessage) -> Complaint:
        if STUMBLE in message.text:
            raise RuntimeError("stumbled")
        return Normaliser.load().normalise(message, self._keys)

    def close(self) -> None:
        """Stop it as its process does."""
        self.http.close()
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        self.intake.close()
        self.memory.close()
        self.known.close()
        self.parts.requests.close()

    def additions(self) -> list[Command]:
        """Return what was added to cases."""
        return self.producer.events(COMPLAINTS, Command)

    def write(self, complaint: Complaint, text: str, kind: ReplyKind = ReplyKind.received) -> None:
        """Write to the citizen, as the courier has it from the topic."""
        told = reply(complaint, kind, id=reply_id(complaint.id, f"{kind}/{text}"), text=text)
        self.known.hear([(told, complaint.reporter_ref, "")])
        self.memory.take([(told, complaint.reporter_ref)])

    def settle(self, complaint: Complaint, state: CaseState = "diproses", **changes: Any) -> None:
        """Let the case stand somewhere, as ClickHouse would know."""
        status: dict[str, Any] = {
            "complaint_id": complaint.id,
            "tracking_code": complaint.tracking_code,
            "channel": "web",
            "received_at": complaint.received_at,
            "state": state,
            "owner": "Dinas Pekerjaan Umum Kota Semarang",
            "since": complaint.received_at,
            "due": date(2026, 12, 31),
        }
        self.cases.known[complaint.tracking_code] = CaseStatus(**(status | changes))

    def form(self, path: str = "/") -> dict[str, str]:
        """Return what a browser finds in a form's hidden fields; the cookie stays in `http`."""
        page = self.http.get(path).text
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))

    def fill(self, path: str = "/", files: Any = None, **fields: str) -> httpx.Response:
        """Fill in a form and send it."""
        return self.http.post(path, data={**self.form(path), **fields}, files=files)

    def complaints(self) -> list[Complaint]:
        """Return what came to the bus."""
        return self.producer.events(COMPLAINTS, Complaint)

    def send(self, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """Send a complaint by the API."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post(API, json={"text": "Jalan rusak", **fields}, headers=headers)

    def raw(self, request: bytes) -> bytes:
        """Send bytes and return what comes until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as wire:
            wire.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer and (more := wire.recv(65536)):
                answer += more
            return answer


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running door for all."""
    house = House(Keyring.from_secret(b"a secret of the tests, 32 bytes long"), tmp_path_factory.mktemp("web"))
    yield house
    house.close()


@pytest.fixture
def door(served: House) -> House:
    """The door with an empty bus that is up, cases that are there, and a browser that never was here."""
    served.producer.mode = Mode.up
    served.cases.away = False
    served.http.cookies.clear()
    wait_until(lambda: served.intake.waiting == 0, what="an empty spool")
    served.producer.forget()
    return served
