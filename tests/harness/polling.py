"""A polled channel in tests, and the owner of its account, who commits each page with its cursor, as the sender's step does."""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from channels.base import Account, Channel, Page
from channels.intake import Intake
from complaints.crypto import Keyring
from complaints.message import InboundMessage
from complaints.runtime.upstream import Upstream
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.mailboxes import Kept, kept
from tests.harness.support import wait_until

Commit = Callable[[Page], bool]
"""Writes a page; returns whether it is committed."""


class Owner:
    """A process that owns an account, in a thread. Another one may go on where it was."""

    def __init__(self, account: Account, commit: Commit, *, cursor: Mapping[str, Any] | None = None) -> None:
        """Begin the account.

        Args:
            account: ours.
            commit: writes a page.
            cursor: where the account goes on.
        """
        self.account, self._commit, self.cursor = account, commit, cursor
        self.pages: list[Page] = []
        self._stop = threading.Event()
        account.begin(cursor)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the account."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        self.account.end()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            page = self.account.page()
            if page is not None and self._commit(page):
                self.cursor = json.loads(json.dumps(page.cursor))
                self.pages.append(page)
                self.account.committed()


def into(producer: MemoryProducer) -> Commit:
    """Return what commits pages to a broker in memory, if that is there."""

    def commit(page: Page) -> bool:
        if producer.mode is not Mode.up:
            return False
        for record in page.records:
            producer.send(record).result()
        return True

    return commit


class House:
    """A polled channel with a broker in memory; it can be started again behind the same cursor."""

    def __init__(self, channel: str, keys: Keyring, folder: Path, cursor: Any = None) -> None:
        self.keys, self.folder, self.cursor, self.producer = keys, folder, cursor, MemoryProducer()
        self.failed: list[BaseException] = []
        self.turns = 0
        self.thread = threading.Thread()
        self._name = channel

    def made_intake(self, *, spool_bytes: int = 1 << 20) -> Intake:
        """Return a new intake on the same spool."""
        spool = Spool(self.folder / "spool.db", max_bytes=spool_bytes)
        self.intake = Intake(self._name, keyring=self.keys, producer=self.producer, spool=spool)
        return self.intake

    @property
    def upstream(self) -> Upstream:
        """Where it is noted whether upstream is reached."""
        return Upstream(self.folder / "upstreams", self._name)

    def turned(self) -> None:
        """Note a turn of the channel."""
        self.turns += 1

    def run(self, channel: Channel, *others: Account, account: Account) -> None:
        """Run the channel in a thread, and own an account behind the cursor, and others from their beginning."""
        self.account, self._stop = account, threading.Event()

        def run() -> None:
            try:
                channel.run(self._stop)
            except BaseException as error:  # noqa: BLE001  # the test looks at it
                self.failed.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        self.owner = Owner(account, into(self.producer), cursor=self.cursor)
        self._owners = [self.owner, *(Owner(other, into(self.producer)) for other in others)]

    def stop(self) -> None:
        """Stop it cleanly."""
        for owner in {self.owner, *self._owners}:
            owner.stop()
        self.cursor = self.owner.cursor
        self._stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        self.intake.close()

    def pass_by(self, said: Any) -> None:
        """Run it until the committed cursor is behind something that was said, and stop it."""
        self.start()
        self.until(said)
        self.stop()

    def start(self) -> Any:
        """Start the channel in a thread, and own its accounts."""
        raise NotImplementedError

    def until(self, said: Any) -> None:
        """Wait until the committed cursor is behind something that was said."""
        raise NotImplementedError

    def reach(self, name: str, past: Callable[[Any], bool]) -> None:
        """Wait until a part of the committed cursor is far enough."""
        wait_until(lambda: past((self.owner.cursor or {}).get(name, 0)), what="the cursor")

    def reason(self, about: str = "") -> str:
        """Return why upstream, or an account of it, is not reached."""
        found = Upstream.read(self.folder / "upstreams", self._name)
        return "".join(one.reason for one in found if about in one.account)

    def kept(self) -> list[Kept]:
        """Return what is in mailboxes, in order."""
        return kept(self.producer, self.keys)

    def messages(self) -> list[InboundMessage]:
        """Return the messages in mailboxes, in order."""
        return [one.message for one in self.kept()]

    def texts(self) -> list[str]:
        """Return their texts."""
        return [message.text for message in self.messages()]
