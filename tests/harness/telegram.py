"""A Telegram channel as a test makes it: in a process of its own making, against a stand-in, started and stopped."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.intake import Intake
from channels.telegram.channel import TelegramChannel, Ways
from channels.telegram.client import TelegramClient
from channels.telegram.fetching import Keeps
from channels.telegram.handover import Handover
from channels.telegram.webhook import Hook
from complaints.crypto import Keyring
from complaints.errors import UnavailableError
from complaints.storage.attachments import AttachmentStore
from tests.harness import polling
from tests.harness.telegram_standin import TOKEN, Telegram


def telegram_channel(base: str, folder: Path, intake: Intake, *, keys: Keyring, token: str = TOKEN) -> TelegramChannel:
    """Return the channel as a process has it after a start."""
    store = AttachmentStore.in_folder(folder / "attachments", reserve_bytes=0)
    return channel_with(TelegramClient(base, token=token), intake, store, keys=keys, ways=Ways(wait_s=1.0))


def channel_with(  # noqa: PLR0913  # the parts of a channel
    client: TelegramClient,
    intake: Intake,
    store: Keeps,
    *,
    keys: Keyring,
    ways: Ways,
    turned: Callable[[], None] = lambda: None,
) -> TelegramChannel:
    """Return the channel with these parts."""
    handover = Handover(client, store=store, pseudonym=lambda text: keys.pseudonym("telegram", text))
    return TelegramChannel(client, intake=intake, handover=handover, ways=ways, turned=turned)


class Folder:
    """Where files are kept, as simple as may be; it may be full."""

    def __init__(self, path: Path) -> None:
        self.path, self.full, self.tries = path, False, 0
        path.mkdir()

    def keep(self, draft: Path, sha256: str) -> None:
        """Copy it."""
        self.tries += 1
        if self.full:
            raise UnavailableError("the disk is full")
        (self.path / sha256).write_bytes(draft.read_bytes())


class House(polling.House):
    """The channel of a citizen who writes to a stand-in."""

    def __init__(self, telegram: Telegram, keys: Keyring, folder: Path) -> None:
        self.telegram, self.citizen = telegram, f"warga_{uuid4().hex[:8]}"
        self.files = Folder(folder / "files")
        last = telegram.say("sebelum", self.citizen)["update_id"]
        super().__init__("telegram", keys, folder, {"offset": last + 1, "at": 9e9})

    def start(
        self, *, token: str = TOKEN, hook: Hook | None = None, timeout_s: float = 15.0, spool_bytes: int = 1 << 20
    ) -> "House":
        """Start the channel in a thread, and own its account."""
        intake = self.made_intake(spool_bytes=spool_bytes)
        client = TelegramClient(self.telegram.base, token=token, upstream=self.upstream, timeout_s=timeout_s)
        ways = Ways(wait_s=5.0, hook=hook)
        self.channel = channel_with(client, intake, self.files, keys=self.keys, ways=ways, turned=self.turned)
        self.run(self.channel, account=self.channel.accounts[0])
        return self

    def say(self, text: str = "", **more: Any) -> dict[str, Any]:
        """Let the citizen of this test write."""
        return self.telegram.say(text, self.citizen, **more)

    def safe(self, said: dict[str, Any]) -> bool:
        """Return whether the committed offset is past an update."""
        return bool((self.owner.cursor or {}).get("offset", 0) > said["update_id"])

    def until(self, said: dict[str, Any]) -> None:
        """Wait until the committed offset is past an update."""
        self.reach("offset", lambda offset: offset > said["update_id"])

    def name_of(self, said: dict[str, Any]) -> str:
        """Return the upstream id of what was said."""
        return self.keys.pseudonym("telegram", f"1708/{said['chat_id']}/{said['message_id']}")


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """One stand-in for all; a test sees only what is said after its beginning."""
    made = Telegram(tmp_path_factory.mktemp("telegram") / "data")
    yield made
    made.stop()


@pytest.fixture
def house(upstream: Telegram, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; its cursor is behind the newest update of now."""
    made = House(upstream, keys, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()
    httpx.get(f"{upstream.base}/bot{TOKEN}/deleteWebhook")
