"""A web channel on a real socket, with a broker in memory and a real spool."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.intake import Intake
from channels.web.channel import WebChannel
from channels.web.parse import SHORTEST_KEY
from channels.web.parts import WebParts
from channels.web.places import RegencySearch
from channels.web.receipt_keys import ReceiptKeys, sending_of
from channels.web.receipts import Receipts
from channels.web.security import KEYED, ApiKeys, Forms, Limits, rate
from complaints.case import CaseState
from complaints.crypto import Keyring
from complaints.fact import Fact
from complaints.storage.attachments import AttachmentStore
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.mailboxes import Kept, kept
from tests.harness.support import free_port, listens, wait_until
from tests.harness.web_cases import Cases, case_of

Opened = Callable[..., "House"]
API = "/api/v1/complaints"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003860180ea5e55c00000000049454e44ae426082"
)
"""A picture of one point."""


def regencies() -> RegencySearch:
    """Return the search on the packaged gazetteer, as the composition root makes it."""
    normaliser = Normaliser.load()
    names = normaliser.gazetteer
    return RegencySearch(
        names.regencies(),
        province=names.name,
        reads=lambda text: normaliser.reader.read("", address=text).place.codes[1],
    )


def furnish(folder: Path, cases: Cases, **changes: Any) -> WebParts:
    """Return the parts of the channel, with its files in a folder."""
    parts: dict[str, Any] = {
        "cases": cases,
        "regencies": regencies(),
        "store": AttachmentStore.in_folder(folder / "attachments"),
        "forms": Forms("a secret of the tests"),
        "receipts": Receipts("a secret of the tests"),
        "proofs": ReceiptKeys(Keyring.from_secret(b"a secret of the tests, 32 bytes long").receipt_key),
        "keys": ApiKeys(None),
        "limits": Limits(reads=rate("100000/minute", ""), writes=rate("100000/minute", ""), keyed=rate(KEYED, "")),
        "max_body_bytes": 1 << 20,
        "max_file_bytes": 10 << 20,
        "looks": 0,
    }
    return WebParts(**(parts | changes))


class House:
    """The channel, served by uvicorn, with a broker in memory and a real spool."""

    def __init__(
        self, keys: Keyring, folder: Path, /, *, spool_bytes: int = 1 << 20, proxies: str = "", **changes: Any
    ) -> None:
        self.producer, self.keys = MemoryProducer(), keys
        self.folder, self.cases = folder, Cases()
        spool = Spool(folder / "spool.db", max_bytes=spool_bytes)
        self.intake = Intake("web", keyring=keys, producer=self.producer, spool=spool)
        self.port, self._stop = free_port(), threading.Event()
        self.parts = furnish(folder, self.cases, **changes)
        at = ("127.0.0.1", self.port)
        channel = WebChannel(self.intake, at, self.parts, turned=lambda: None, proxies=proxies)
        self._thread = threading.Thread(target=channel.run, args=(self._stop,), daemon=True)
        self._thread.start()
        wait_until(lambda: listens(self.port), what="the web channel")
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)

    def close(self) -> None:
        """Stop it as its process does."""
        self.http.close()
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        self.intake.close()

    def settle(self, sent: Kept, state: CaseState = "accepted", *facts: Fact, **changes: Any) -> None:
        """Let the view know the case that a message became (see `case_of`), and its facts."""
        case = case_of(sent, state, **changes)
        self.cases.known[case.tracking_code] = case
        self.cases.told[case.tracking_code] = facts

    def receipt_key(self, sent: Kept) -> str:
        """Return the receipt key of a complaint, as it is shown."""
        return ReceiptKeys(self.keys.receipt_key).of(sending_of(sent.message))

    def form(self, path: str = "/") -> dict[str, str]:
        """Return what a browser finds in a form's hidden fields; the cookie stays in `http`."""
        page = self.http.get(path).text
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))

    def fill(self, path: str = "/", files: Any = None, **fields: str) -> httpx.Response:
        """Fill in a form and send it."""
        return self.http.post(path, data={**self.form(path), **fields}, files=files)

    def complaints(self) -> list[Kept]:
        """Return the messages that begin a case, each as often as it was appended."""
        return [one for one in kept(self.producer, self.keys) if not one.message.about]

    def additions(self) -> list[Kept]:
        """Return the messages that add to a case, each as often as it was appended."""
        return [one for one in kept(self.producer, self.keys) if one.message.about]

    def send(self, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """Send a complaint by the API."""
        headers = {} if key is None else {"Idempotency-Key": key.ljust(SHORTEST_KEY, "-")}
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
    """One running channel for all tests of a file."""
    house = House(Keyring.from_secret(b"a secret of the tests, 32 bytes long"), tmp_path_factory.mktemp("web"))
    yield house
    house.close()


@pytest.fixture
def opened(keys: Keyring, tmp_path: Path) -> Iterator[Opened]:
    """Opens channels of a test's own with other parts than usual (see House), which know clients by the lines of their keys."""
    with ExitStack() as stack:

        def opens(*clients: str, **changes: Any) -> House:
            if clients:
                (tmp_path / "keys").write_text("\n".join(clients))
                changes["keys"] = ApiKeys(tmp_path / "keys")
            return stack.enter_context(closing(House(keys, tmp_path, **changes)))

        yield opens


@pytest.fixture
def door(served: House) -> House:
    """The channel with an empty bus that is up, a view that answers, and a browser that was never here."""
    served.producer.mode = Mode.up
    served.cases.away = False
    served.http.cookies.clear()
    wait_until(lambda: served.intake.waiting == 0, what="an empty spool")
    served.producer.forget()
    return served
