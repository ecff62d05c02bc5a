"""Wakes the requests that wait for a case."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager


class News:
    """Wakes the requests that wait for a case when records of it were stored. `tell` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)

    @contextmanager
    def about(self, code: str) -> Iterator[asyncio.Event]:
        """Yield an event of the running loop that is set whenever a record of the case was stored."""
        mine = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting[code].add(mine)
        try:
            yield mine[1]
        finally:
            with self._lock:
                self._waiting[code].discard(mine)
                if not self._waiting[code]:
                    del self._waiting[code]

    def tell(self, codes: Collection[str]) -> None:
        """Wake the requests that wait for one of these cases."""
        with self._lock:
            for code in self._waiting.keys() & codes:
                for loop, event in self._waiting[code]:
                    loop.call_soon_threadsafe(event.set)
