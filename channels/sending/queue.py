"""The texts of one account in their order, urgent ones first, and which may leave now. Pure: the time is an argument."""

from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from channels.sending.parked import SLACK, Parked
from channels.sending.texts import Stage, Text

FULL: Final = 5_000
"""The maximum number of texts of an account in memory, and of urgent ones beyond them. Later ones are parked: only in the store until there
is room."""

MARGIN_MS: Final = 1_000
"""A text that expires within this time is not sent any more: sending takes a moment."""

BURST_S: Final = 0.1
"""The size of a burst: the texts of this many seconds, but at least one."""


_Entry = tuple[int, int, int, Text]
"""When a text may leave, its order, a number that no other one has, and the text."""


class Bucket:
    """A token bucket: permits the texts of a limit per second, and one burst of them."""

    def __init__(self, per_second: float | None, now_s: float) -> None:
        """Start full, with one burst.

        Args:
            per_second: the maximum number of texts per second; None if there is no limit.
            now_s: the present time of a monotonic clock.
        """
        self._rate, self._at = per_second, now_s
        self._most = 1.0 if per_second is None else max(1.0, per_second * BURST_S)
        self._tokens = self._most

    def take(self, now_s: float) -> bool:
        """Take one token, and return whether there was one."""
        if self._rate is None:
            return True
        self._fill(self._rate, now_s)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until there is a token; 0 if there is one now."""
        if self._rate is None:
            return 0.0
        self._fill(self._rate, now_s)
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def _fill(self, rate: float, now_s: float) -> None:
        self._tokens = min(self._most, self._tokens + (now_s - self._at) * rate)
        if self._tokens > 1.0 - 1e-9:  # a caller that has waited for `wait_s` must not wait again
            self._tokens = max(self._tokens, 1.0)
        self._at = now_s


class Link:
    """Remembers if an account reaches its upstream, as far as its texts show it. While it fails, a few texts are tried after each pause.

    Attributes:
        passed: the number of texts that the upstream has taken.
    """

    def __init__(self) -> None:
        self.passed = 0
        self._pause_s = self._until_s = 0.0

    @property
    def fails(self) -> bool:
        """True if the upstream has taken no text since the last failure."""
        return self._pause_s > 0.0

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until a text may be tried; 0 if one may now."""
        return max(0.0, self._until_s - now_s)

    def took(self) -> None:
        """Note that the upstream has taken a text."""
        self.passed += 1
        self._pause_s = self._until_s = 0.0

    def failed(self, now_s: float, first_s: float) -> None:
        """Note that a text could not leave. Further failures change nothing: those texts were on their way, or are probes (see `tried`)."""
        if not self.fails:
            self._pause_s, self._until_s = first_s, now_s + first_s

    def tried(self, now_s: float, most_s: float) -> None:
        """Note that texts are tried again, and double the pause until the next ones, unless the upstream takes one of these."""
        self._pause_s = min(most_s, 2 * self._pause_s)
        self._until_s = now_s + self._pause_s


class Queue:
    """The texts of one account. Each citizen's texts leave one at a time: the next one when the first is settled.

    Urgent texts go before those of other citizens, and so do the texts of their own citizen that wait before them.

    Attributes:
        parked: the texts behind these, which are only in the store.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._of: dict[str, deque[Text]] = {}
        self._known: dict[bytes, Text] = {}
        self._ready: list[_Entry] = []
        self._urgent: list[_Entry] = []
        self._expiring: list[tuple[int, int, Text]] = []
        self._ties = count()
        self.parked = Parked()

    def __len__(self) -> int:
        """Return the number of texts, parked ones included."""
        return len(self._known) + len(self.parked)

    def __contains__(self, key: bytes) -> bool:
        """Return whether the text with this key is in memory or parked."""
        return key in self._known or key in self.parked

    @property
    def room(self) -> int:
        """The number of parked texts for which there is room in memory. Urgent ones have room also when it is full."""
        free = FULL - len(self._known)
        return max(0, free, min(self.parked.urgent, free + FULL))

    @property
    def parks(self) -> bool:
        """True if the next text must be parked: there is no room, or it must leave after parked ones."""
        return bool(self.parked) or len(self._known) >= FULL

    def get(self, key: bytes) -> Text | None:
        """Return the text in memory with this key, if there is one."""
        return self._known.get(key)

    def add(self, text: Text) -> None:
        """Append a text to those of its citizen. Call it in the order of the mailbox."""
        waiting = self._of.setdefault(text.send.citizen, deque())
        waiting.append(text)
        self._known[text.key] = text
        self._watch(text)
        first = waiting[0]
        if text.send.urgent:
            first.due_ms = min(first.due_ms, text.due_ms)
        if first is text or text.send.urgent:
            self._offer(first)

    def expired(self, now_ms: int) -> list[Text]:
        """Remove and return the waiting texts in memory that expire within MARGIN_MS."""
        found: list[Text] = []
        while self._expiring and self._expiring[0][0] <= now_ms + MARGIN_MS:
            text = heappop(self._expiring)[2]
            if text.stage is Stage.waiting:  # a text on its way is watched again if it comes back
                self.remove(text)
                found.append(text)
        return found

    def choose(
        self, now_ms: int, now_s: float, *, most: int, intend: Callable[[Text], None], probes: bool = False
    ) -> list[Text]:
        """Return the texts that leave now, each marked as an attempt. Call `expired` first.

        Args:
            now_ms: the present time in milliseconds since 1970.
            now_s: the present time of a monotonic clock.
            most: the maximum number of texts: the account's free capacity.
            intend: called with each text, to name its attempt.
            probes: whether they probe a failing link. Then the last one is the text that waited longest: urgent ones may be to blame.
        """
        chosen: list[Text] = []
        while len(chosen) < most:
            waiting = self._ready if probes and len(chosen) == most - 1 else self._urgent
            if not _is_due(waiting, now_ms):
                waiting = self._ready
            if not _is_due(waiting, now_ms) or not self._bucket.take(now_s):
                break
            text = heappop(waiting)[3]
            text.stage = Stage.intent
            intend(text)
            chosen.append(text)
        return chosen

    def again(self, text: Text, due_ms: int) -> None:
        """Let a text wait for another try. It stays the first of its citizen, but loses its precedence over others: it may always fail.

        Args:
            text: a text whose attempt failed. The caller has raised its `tries`, unless the account failed.
            due_ms: when it may leave, in milliseconds since 1970.
        """
        text.stage, text.due_ms, text.token, text.until_ms = Stage.waiting, due_ms, "", 0
        self._watch(text)
        heappush(self._ready, self._entry(text))

    def remove(self, text: Text) -> None:
        """Remove a settled text; the citizen's next one may leave."""
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
        """Return the seconds until a text may leave if there is capacity; None if no text can leave."""
        _is_due(self._ready, now_ms)
        if not self._ready:
            return None
        return max((self._ready[0][0] - now_ms) / 1000, self._bucket.wait_s(now_s))

    def _offer(self, text: Text) -> None:
        """Let the first text of its citizen leave when it is due."""
        if text.stage is not Stage.waiting:
            return
        entry = self._entry(text)
        heappush(self._ready, entry)
        if any(one.send.urgent for one in self._of[text.send.citizen]):
            heappush(self._urgent, entry)

    def _entry(self, text: Text) -> _Entry:
        return text.due_ms, text.order, next(self._ties), text

    def _watch(self, text: Text) -> None:
        if (
            len(self._expiring) > 2 * len(self._known) + SLACK
        ):  # else texts that have left stay in memory until they expire
            self._expiring = [(one.expires_ms, next(self._ties), one) for one in self._known.values()]
            heapify(self._expiring)
        else:
            heappush(self._expiring, (text.expires_ms, next(self._ties), text))


def _is_due(waiting: list[_Entry], now_ms: int) -> bool:
    """Return whether the first text that could leave is due. Forget what has left or was offered again meanwhile."""
    while waiting and not (waiting[0][3].stage is Stage.waiting and waiting[0][0] == waiting[0][3].due_ms):
        heappop(waiting)
    return bool(waiting) and waiting[0][0] <= now_ms
