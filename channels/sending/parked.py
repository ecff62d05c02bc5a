"""The texts of an account that are only in the store, because enough others are in memory: their keys in order, and their expiry."""

from collections import OrderedDict
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

SLACK: Final = 1_000
"""The heap of expiries is rebuilt when it has this many entries more than twice the texts: the entries of texts that have left."""


class _Parked(NamedTuple):
    expires_ms: int
    citizen: str


class Parked:
    """Keys of texts in the order in which the texts came; urgent ones, with those of their citizens before them, come first."""

    def __init__(self) -> None:
        self._texts: OrderedDict[bytes, _Parked] = OrderedDict()
        self._expiring: list[tuple[int, bytes]] = []
        self._alarmed: set[str] = set()
        self._urgent: dict[bytes, None] = {}

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._texts)

    def __contains__(self, key: bytes) -> bool:
        """Return whether the text with this key is parked."""
        return key in self._texts

    @property
    def urgent(self) -> int:
        """The number of texts that come first: urgent ones, and those of their citizens before them."""
        if self._alarmed:  # one look at all, however many urgent texts have come
            self._urgent |= {key: None for key, one in self._texts.items() if one.citizen in self._alarmed}
            self._alarmed.clear()
        return len(self._urgent)

    def add(self, key: bytes, expires_ms: int, *, citizen: str, urgent: bool) -> None:
        """Append a text. An urgent one moves to the front, behind the earlier texts of its citizen."""
        self._texts[key] = _Parked(expires_ms, citizen)
        if urgent:
            self._alarmed.add(citizen)
        if len(self._expiring) > 2 * len(self._texts) + SLACK:
            self._expiring = [(one.expires_ms, key) for key, one in self._texts.items()]
            heapify(self._expiring)
        else:
            heappush(self._expiring, (expires_ms, key))

    def first(self) -> bytes:
        """Remove the first text, and return its key."""
        key = next(iter(self._urgent if self.urgent else self._texts))
        self._forget(key)
        return key

    def expired(self, until_ms: int, most: int) -> list[bytes]:
        """Remove the texts that expire by a time, and return their keys.

        Args:
            until_ms: the time, in milliseconds since 1970.
            most: the maximum number of texts.
        """
        found: list[bytes] = []
        while self._expiring and self._expiring[0][0] <= until_ms and len(found) < most:
            key = heappop(self._expiring)[1]
            if self._forget(key):
                found.append(key)
        return found

    def _forget(self, key: bytes) -> bool:
        self._urgent.pop(key, None)
        return self._texts.pop(key, None) is not None
