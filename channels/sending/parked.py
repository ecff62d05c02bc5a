"""The texts of an account that are only in the store, because enough others are in memory: their keys in order, and their expiry."""

from collections import OrderedDict
from heapq import heapify, heappop, heappush
from typing import Final

SLACK: Final = 1_000
"""The heap of expiries is rebuilt when it has this many entries more than twice the texts: the entries of texts that have left."""


class Parked:
    """Keys of texts in the order in which the texts came."""

    def __init__(self) -> None:
        self._texts: OrderedDict[bytes, int] = OrderedDict()
        self._expiring: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._texts)

    def __contains__(self, key: bytes) -> bool:
        """Return whether the text with this key is parked."""
        return key in self._texts

    def add(self, key: bytes, expires_ms: int) -> None:
        """Append a text."""
        self._texts[key] = expires_ms
        if len(self._expiring) > 2 * len(self._texts) + SLACK:
            self._expiring = [(at_ms, one) for one, at_ms in self._texts.items()]
            heapify(self._expiring)
        else:
            heappush(self._expiring, (expires_ms, key))

    def first(self) -> bytes:
        """Remove the first text, and return its key."""
        return self._texts.popitem(last=False)[0]

    def expired(self, until_ms: int, most: int) -> list[bytes]:
        """Remove the texts that expire by a time, and return their keys.

        Args:
            until_ms: the time, in milliseconds since 1970.
            most: the maximum number of texts.
        """
        found: list[bytes] = []
        while self._expiring and self._expiring[0][0] <= until_ms and len(found) < most:
            key = heappop(self._expiring)[1]
            if self._texts.pop(key, None) is not None:
                found.append(key)
        return found
