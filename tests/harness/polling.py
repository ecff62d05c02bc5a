"""The owner of a polled account in tests: as the sender's step does, it commits each page together with its cursor."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from channels.base import Account, Page
from tests.harness.fakes import MemoryProducer, Mode

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
