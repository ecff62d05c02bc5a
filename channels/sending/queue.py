"""The texts of one account in their order, and which may leave now. Pure: it is told the time."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Final

from channels.sending.texts import Stage, Text

MARGIN_MS: Final = 1_000
"""A text that expires so soon is not sent any more: it takes a moment to leave."""

BURST_S: Final = 0.1
"""For how long unused permission to send is kept, in seconds."""


class Bucket:
    """Permission to send: at most some texts per second, over any second and a tenth."""

    def __init__(self, per_second: float | None, now_s: float) -> None:
        """Begin with one burst.

        Args:
            per_second: the limit; None if there is none.
            now_s: the present time of a monotonic clock.
        """
        self._rate, self._at = per_second, now_s
        self._most = 1.0 if per_second is None else max(1.0, per_second * BURST_S)
        self._tokens = self._most

    def take(self, now_s: float) -> bool:
        """Take permission for one text, and return whether there was one."""
        if self._rate is None:
            return True
        self._fill(self._rate, now_s)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until there is permission again; 0 if there is."""
        if self._rate is None:
            return 0.0
        self._fill(self._rate, now_s)
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def _fill(self, rate: float, now_s: float) -> None:
        self._tokens = min(self._most, self._tokens + (now_s - self._at) * rate)
        if self._tokens > 1.0 - 1e-9:  # so that who waits as long as `wait_s` says need not wait again
            self._tokens = max(self._tokens, 1.0)
        self._at = now_s


class Queue:
    """The texts of one account. Of each citizen's texts only the first can leave, and the next when its outcome is known.

    Attributes:
        fresh: the number of texts that were never about to leave.
    """

    def __init__(self, bucket: Bucket) -> None:
        """Begin empty."""
        self._bucket = bucket
        self._of: dict[str, deque[Text]] = {}
        self._known: dict[bytes, Text] = {}
        self._ready: list[tuple[int, int, int, Text]] = []
        self._expiring: list[tuple[int, int, Text]] = []
        self._ties = count()
        self.fresh = 0

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._known)

    def __contains__(self, key: bytes) -> bool:
        """Return whether a text with the key of this state is here."""
        return key in self._known

    def get(self, key: bytes) -> Text | None:
        """Return the text with this key."""
        return self._known.get(key)

    def add(self, text: Text) -> None:
        """Put a text behind those of its citizen. They come in their order."""
        waiting = self._of.setdefault(text.send.citizen, deque())
        waiting.append(text)
        self._known[text.key] = text
        self.fresh += text.fresh
        self._watch(text)
        if waiting[0] is text:
            self._offer(text)

    def expired(self, now_ms: int) -> list[Text]:
        """Remove and return the waiting texts that are too old to be sent."""
        found: list[Text] = []
        while self._expiring and self._expiring[0][0] <= now_ms + MARGIN_MS:
            text = heappop(self._expiring)[2]
            if text.stage is Stage.waiting:  # what is on its way is looked at again when it comes back
                self.remove(text)
                found.append(text)
        return found

    def choose(self, now_ms: int, now_s: float, *, most: int, intend: Callable[[Text], None]) -> list[Text]:
        """Return the texts that leave now, as intents. Call `expired` before it.

        Args:
            now_ms: the present time in milliseconds since 1970.
            now_s: the present time of a monotonic clock.
            most: how many may leave: the account's free capacity.
            intend: is called with each, and names its intent.
        """
        chosen: list[Text] = []
        while len(chosen) < most and self._is_due(now_ms) and self._bucket.take(now_s):
            text = heappop(self._ready)[3]
            self.fresh -= text.fresh
            text.stage = Stage.intent
            intend(text)
            chosen.append(text)
        return chosen

    def again(self, text: Text, due_ms: int) -> None:
        """Let a text wait whose intent is settled without an end. It stays the first of its citizen.

        Args:
            text: its `tries` or its `attempt` have grown.
            due_ms: when it may leave.
        """
        text.stage, text.due_ms, text.token, text.until_ms = Stage.waiting, due_ms, "", 0
        self._watch(text)
        self._offer(text)

    def remove(self, text: Text) -> None:
        """Remove a text that is settled; the next of its citizen may leave."""
        self.fresh -= text.fresh
        text.stage = Stage.gone
        del self._known[text.key]
        waiting = self._of[text.send.citizen]
        was_first = waiting[0] is text
        waiting.remove(text)
        if not waiting:
            del self._of[text.send.citizen]
        elif was_first:
            self._offer(waiting[0])

    def wait_s(self, now_ms: int, now_s: float) -> float | None:
        """Return the seconds until a text may leave if there is capacity; None if none waits for its time."""
        self._is_due(now_ms)
        if not self._ready:
            return None
        return max((self._ready[0][0] - now_ms) / 1000, self._bucket.wait_s(now_s))

    def _is_due(self, now_ms: int) -> bool:
        """Return whether the first text that could leave is due. Forget what has left or was offered again meanwhile."""
        while self._ready and not (
            self._ready[0][3].stage is Stage.waiting and self._ready[0][0] == self._ready[0][3].due_ms
        ):
            heappop(self._ready)
        return bool(self._ready) and self._ready[0][0] <= now_ms

    def _offer(self, text: Text) -> None:
        if text.stage is Stage.waiting:
            heappush(self._ready, (text.due_ms, text.order, next(self._ties), text))

    def _watch(self, text: Text) -> None:
        heappush(self._expiring, (text.expires_ms, next(self._ties), text))
