"""The texts that wait to be sent over one bind, and those whose answers are awaited: at most a window of them at once."""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import structlog

from channels.sms import pdu
from channels.sms.pace import Pace
from channels.sms.pdu import Pdu
from channels.sms.segments import Submit
from complaints.errors import LaporError, OutcomeUnknown, Undeliverable, UpstreamUnavailable

log = structlog.get_logger()

PATIENCE_S = 30.0
"""Seconds that a text waits for the SMSC to take it, and that one which has begun to leave waits after a refusal that is no throttling.
What is older is never submitted."""

FINISH_S = 900.0
"""Seconds that the rest of a long text waits for an SMSC that throttles. Its outcome would be unknown, and it is never sent again, so it is
given up only if the link breaks, or the SMSC takes nothing for a quarter of an hour."""

STALL_S = 3.0
"""Seconds between two turns of the bind's loop after which nothing that waited is submitted. The loop turns twice a second, so the process
was stopped meanwhile, and another one may own the account (the sender's step ends an intent after 3.5 s)."""

TOO_LATE = "the SMSC has not taken it in time"

TOO_FAST = frozenset({0x14, 0x58})
"""ESME_RMSGQFUL and ESME_RTHROTTLED: the SMSC takes the same message a little later (SMPP 3.4, 5.1.3)."""

NEVER = {
    0x01: "the message is too long for the SMSC",
    0x0A: "our short code is no valid source address",
    0x0B: "the number does not exist",
    0x33: "the list of numbers is wrong",
    0x40: "the number is of no valid kind",
    0x48: "our short code's type of number is refused",
    0x49: "our short code's numbering plan is refused",
    0x50: "the number's type is refused",
    0x51: "the number's numbering plan is refused",
    0x65: "the SMSC will never take it",
    0x66: "the message was refused by the receiver",
}
"""The command_status values that refuse for good (SMPP 3.4, 5.1.3). Each other one may pass: throttled, queue full, system error."""


@dataclass(slots=True, eq=False)
class _Letter:
    """One text under way, of one part or more.

    Attributes:
        number: its place in the order of arrival.
        parts: the parts that the SMSC has not accepted.
        until_s: when it is given up if its next part has not left.
        begun: whether the SMSC has accepted a part.
        throttled_until_s: when it is given up, once it has begun, if the SMSC only throttles.
        answer: the future of the SMSC's id.
    """

    number: int
    parts: deque[Submit]
    until_s: float
    begun: bool = False
    throttled_until_s: float = 0.0
    answer: "Future[str]" = field(default_factory=Future)

    def __lt__(self, other: "_Letter") -> bool:
        """Return whether it goes first: what is begun is finished first, because a telephone waits for the rest."""
        return (not self.begun, self.number) < (not other.begun, other.number)

    def give_up(self, reason: str) -> None:
        """End it while none of its parts awaits an answer."""
        if self.begun:
            self.answer.set_exception(OutcomeUnknown(f"only some parts of the text have left: {reason}"))
        else:
            self.answer.set_exception(UpstreamUnavailable(reason))


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one link may have on its way, and for how long.

    Attributes:
        size: submit_sm in flight at once.
        answer_s: seconds after which a submit_sm counts as not answered.
    """

    size: int = 10
    answer_s: float = 60.0


class Window:
    """The outgoing side of one bind. `offer` may be called from any thread; everything else from the bind's own.

    A text has one of three outcomes. It is accepted: the future has the SMSC's id of its last part. It is refused: the future fails with
    UpstreamUnavailable (no part has left, and it may pass later) or Undeliverable (never). Or the future fails with OutcomeUnknown.
    A part that is refused for a passing reason waits here and is submitted again; the parts before it are not.
    """

    def __init__(self, limits: Limits, *, pace: Pace, id_of: Callable[[str], str] = str) -> None:
        """Begin empty.

        Args:
            limits: the size and the time for an answer.
            pace: the rate, which outlives the connection.
            id_of: returns the SMSC's id in the form of its receipts.
        """
        self._limits = limits
        self._pace = pace
        self._id_of = id_of
        self._lock = threading.Lock()
        self._closed = ""
        self._numbers = itertools.count()
        self._waiting: list[_Letter] = []
        self._in_flight: dict[int, tuple[_Letter, float]] = {}
        self._turned_s = time.monotonic()

    def offer(self, parts: Sequence[Submit]) -> "Future[str]":
        """Add a text to those that wait; from any thread. Return the future of its outcome."""
        letter = _Letter(next(self._numbers), deque(parts), time.monotonic() + PATIENCE_S)
        letter.answer.set_running_or_notify_cancel()  # what may be on its way cannot be called back
        with self._lock:
            refusal = self._closed
            if not refusal:
                heapq.heappush(self._waiting, letter)
        if refusal:
            letter.give_up(refusal)
        return letter.answer

    @property
    def busy(self) -> bool:
        """Whether a submit_sm awaits its answer, or a text that has begun to leave awaits its next part."""
        return bool(self._in_flight or self._waiting)

    def wait_s(self, longest_s: float) -> float:
        """Return the seconds until `due` may have something, at most `longest_s`; an answer may come earlier."""
        if not self._waiting or len(self._in_flight) >= self._limits.size:
            return longest_s
        return min(longest_s, self._pace.wait_s(time.monotonic()))

    def due(self, sequence: "itertools.count[int]") -> Iterator[bytes]:
        """Yield the submit_sm that may leave now; each part of a text follows after the SMSC has accepted the one before."""
        stalled, self._turned_s = time.monotonic() - self._turned_s > STALL_S, time.monotonic()
        if stalled:
            for letter in self._take_out(lambda _: True):
                letter.give_up("the process was stopped, and another one may own the account")
        while self._waiting and len(self._in_flight) < self._limits.size:
            now_s = time.monotonic()
            if self._pace.wait_s(now_s) > 0:
                return
            with self._lock:
                letter = heapq.heappop(self._waiting)
            if letter.until_s < now_s:
                letter.give_up(TOO_LATE)
                continue
            number = next(sequence)
            self._in_flight[number] = (letter, now_s)
            self._pace.left()
            yield pdu.submit_sm(number, letter.parts[0])

    def answered(self, answer: Pdu) -> None:
        """Take a submit_sm_resp or a generic_nack. One that comes too late is only logged."""
        found = self._in_flight.pop(answer.sequence, None)
        if found is None:
            log.warning("late answer to a submit_sm", command=answer.command, status=pdu.status_name(answer.status))
            return
        letter, left_s = found
        if answer.command == "submit_sm_resp" and answer.status == pdu.OK:
            self._accepted(letter, answer)
        elif answer.command == "submit_sm_resp" and answer.status in NEVER:
            reason = f"{NEVER[answer.status]} (status 0x{answer.status:02x})"
            letter.answer.set_exception(Undeliverable(reason))
        elif letter.begun or answer.status in TOO_FAST:
            now_s = time.monotonic()
            self._pace.throttled(now_s, left_s=left_s)
            if letter.begun:
                passing = answer.command == "submit_sm_resp" and answer.status in TOO_FAST
                letter.until_s = letter.throttled_until_s if passing else min(letter.until_s, now_s + PATIENCE_S)
            self._again(letter, f"the SMSC is too busy (status 0x{answer.status:02x})")
        else:
            letter.answer.set_exception(_refusal(answer))

    def _accepted(self, letter: _Letter, answer: Pdu) -> None:
        now_s = time.monotonic()
        self._pace.taken(now_s)
        letter.parts.popleft()
        letter.begun = True
        if letter.parts:
            letter.until_s = letter.throttled_until_s = now_s + FINISH_S
            self._again(letter, "")
        else:
            letter.answer.set_result(self._id_of(answer.message_id))

    def _again(self, letter: _Letter, reason: str) -> None:
        """Let a text wait for its next submit."""
        if self._closed and not letter.begun:
            letter.give_up(reason)
        else:
            with self._lock:
                heapq.heappush(self._waiting, letter)

    def expire(self) -> None:
        """Give up the submit_sm that were not answered in time, and the texts that waited too long."""
        now_s = time.monotonic()
        for letter in self._take_out(lambda letter: letter.until_s < now_s):
            letter.give_up(TOO_LATE)
        patience_s = self._limits.answer_s
        late = [number for number, (_, left_s) in self._in_flight.items() if left_s + patience_s < now_s]
        for number in late:
            letter, _ = self._in_flight.pop(number)
            letter.answer.set_exception(OutcomeUnknown(f"the SMSC has not answered for {patience_s:g} s"))

    def turn_away(self, reason: str) -> None:
        """Refuse the texts of which nothing has left, and whatever is offered from now on."""
        for letter in self._take_out(lambda letter: not letter.begun, closed=reason):
            letter.give_up(reason)

    def close(self, reason: str) -> None:
        """End everything: the link is gone, and with it the answers."""
        for letter in self._take_out(lambda _: True, closed=reason):
            letter.give_up(reason)
        lost = [letter for letter, _ in self._in_flight.values()]
        self._in_flight.clear()
        for letter in lost:
            letter.answer.set_exception(OutcomeUnknown(reason))

    def _take_out(self, wanted: Callable[[_Letter], bool], *, closed: str = "") -> list[_Letter]:
        """Return the waiting texts that are wanted, and let them wait no longer; if `closed` is set, nothing more is taken."""
        with self._lock:
            self._closed = closed or self._closed
            found = [letter for letter in self._waiting if wanted(letter)]
            if found:
                self._waiting = [letter for letter in self._waiting if not wanted(letter)]
                heapq.heapify(self._waiting)
        return found


def _refusal(answer: Pdu) -> LaporError:
    if answer.command == "generic_nack":
        return UpstreamUnavailable(f"the SMSC could not read our message (generic_nack 0x{answer.status:02x})")
    return UpstreamUnavailable(f"the SMSC does not take it now (status 0x{answer.status:02x})")
