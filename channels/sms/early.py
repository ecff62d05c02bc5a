"""Receipts that came before what they are about was on record: they are tried again for a while, then let go."""

import threading
import time
from collections import deque
from typing import Protocol

from channels.sms.receipts import DeliveryReceipt

PATIENCE_S = 120.0
"""A courier records a letter within a minute of its answer; what nobody knows after two is somebody else's."""

MOST = 10_000
"""Receipts that wait at once; older ones make room."""


class Notes(Protocol):
    """Who takes the outcome of what was sent."""

    def delivered(self, upstream_id: str, *, ok: bool, detail: str = "") -> bool:
        """Return whether it is one of ours."""


class EarlyReceipts:
    """The receipts of one door. Thread-safe; what waits is lost with the process, and the letter stays recorded as sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, DeliveryReceipt]] = deque(maxlen=MOST)

    def take(self, receipt: DeliveryReceipt, notes: Notes) -> None:
        """Pass on a receipt, now or later; one that says only that a message is under way is let go."""
        if receipt.final and not _known(receipt, notes):
            with self._lock:
                self._waiting.append((time.monotonic() + PATIENCE_S, receipt))

    def again(self, notes: Notes) -> None:
        """Try those that wait once more."""
        with self._lock:
            waiting, self._waiting = self._waiting, deque(maxlen=MOST)
        still = [
            (until_s, receipt)
            for until_s, receipt in waiting
            if not _known(receipt, notes) and until_s > time.monotonic()
        ]
        with self._lock:
            self._waiting.extendleft(reversed(still))


def _known(receipt: DeliveryReceipt, notes: Notes) -> bool:
    return notes.delivered(receipt.message_id, ok=receipt.ok, detail=receipt.detail)
