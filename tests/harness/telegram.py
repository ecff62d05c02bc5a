"""A Telegram door as a test makes it: in a process of its own making, against a stand-in, started and stopped."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.intake import Intake
from channels.telegram.channel import TelegramChannel, Ways
from channels.telegram.client import TelegramClient
from channels.telegram.cursor import Mark
from channels.telegram.handover import Taking
from channels.telegram.webhook import Hook
from complaints import ids
from complaints.contract import COMPLAINTS
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, UnavailableError
from complaints.event import Complaint
from complaints.storage.attachments import DiskStore
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.fakes import MemoryProducer
from tests.harness.support import wait_until
from tests.harness.telegram_standin import TOKEN, Telegram


def telegram_door(base: str, folder: Path, mark: Mark, *, keys: Keyring, turned: Callable[[], None]) -> TelegramChannel:
    """Return the door as a process would have it after a start."""
    client = TelegramClient(base, token=TOKEN)
    taking = Taking(
        client,
        store=DiskStore(folder / "attachments", reserve_bytes=0),
        pseudonym=lambda text: keys.pseudonym("telegram", text),
        code_of=lambda name: keys.tracking_code(ids.complaint_id("telegram", name)),
    )
    return TelegramChannel(client, mark=mark, taking=taking, ways=Ways(wait_s=1.0), turned=turned)


class Folder:
    """Where files are kept, as simple as may be; it may be full."""

    def __init__(self, path: Path) -> None:
        self.path, self.full = path, False
        path.mkdir()

    def keep(self, draft: Path, sha256: str) -> None:
        """Copy it."""
        if self.full:
            raise UnavailableError("the disk is full")
        (self.path / sha256).write_bytes(draft.read_bytes())


class House:
    """The door with a broker in memory and a real spool; it can be started again on the same mark."""

    def __init__(self, telegram: Telegram, keys: Keyring, folder: Path) -> None:
        self.telegram, self.producer, self.folder, self.keys = telegram, MemoryProducer(), folder, keys
        self.citizen = f"warga_{uuid4().hex[:8]}"
        self.files = Folder(folder / "files")
        self.mark = Mark(folder / "mark.json", bot_id=1708)
        last = telegram.say("sebelum", self.citizen)["update_id"]
        self.mark.move(last + 1)
        self.failed: list[BaseException] = []
        self.turns = 0
        self.thread = threading.Thread()

    def start(self, *, token: str = TOKEN, spool_bytes: int = 1 << 20, hook: Hook | None = None) -> "House":
        """Start the door in a thread."""
        self.intake = Intake(
            "telegram",
            normalise=lambda message: Normaliser.load().normalise(message, self.keys),
            producer=self.producer,
            spool=Spool(self.folder / "spool.db", max_bytes=spool_bytes),
        )
        client = TelegramClient(self.telegram.base, token=token)
        taking = Taking(
            client,
            store=self.files,
            pseudonym=lambda text: self.keys.pseudonym("telegram", text),
            code_of=lambda name: self.keys.tracking_code(ids.complaint_id("telegram", name)),
        )
        ways = Ways(wait_s=5.0, hook=hook)
        door = TelegramChannel(client, mark=self.mark, taking=taking, ways=ways, turned=self._turned)
        self.sender = door.sender
        self._stop = threading.Event()

        def run() -> None:
            try:
                door.run(self.intake, self._stop)
            except ConfigurationError as error:
                self.failed.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        return self

    def _turned(self) -> None:
        self.turns += 1

    def stop(self) -> None:
        """Stop it cleanly."""
        self._stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        self.intake.close()

    def say(self, text: str = "", **more: Any) -> dict[str, Any]:
        """Let the citizen of this test write."""
        return self.telegram.say(text, self.citizen, **more)

    def safe(self, said: dict[str, Any]) -> bool:
        """Whether the offset is past an update."""
        return bool((self.mark.offset() or 0) > said["update_id"])

    def until_safe(self, said: dict[str, Any]) -> None:
        """Wait for that."""
        wait_until(lambda: self.safe(said), what="the offset")

    def name_of(self, said: dict[str, Any]) -> str:
        """Return the upstream id of what was said."""
        return self.keys.pseudonym("telegram", f"1708/{said['chat_id']}/{said['message_id']}")

    def complaints(self) -> list[Complaint]:
        """Return the complaints on the bus, in order."""
        return self.producer.events(COMPLAINTS, Complaint)

    def texts(self) -> list[str]:
        """Return their texts."""
        return [complaint.text for complaint in self.complaints()]

    def answers(self) -> list[str]:
        """Return what the bot told the citizen of this test."""
        return [message["text"] for message in self.telegram.sent(self.citizen)]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """One stand-in for all; a test sees only what is said after its beginning."""
    made = Telegram(tmp_path_factory.mktemp("telegram") / "data")
    yield made
    made.stop()


@pytest.fixture
def house(upstream: Telegram, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; its mark is behind the newest update of now."""
    made = House(upstream, keys, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()
    httpx.get(f"{upstream.base}/bot{TOKEN}/deleteWebhook")
