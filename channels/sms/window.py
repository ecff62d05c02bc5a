"""The texts that wait to be sent over one bind, and those that await the SMSC's answer: at most a window of these at once."""

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
"""Seconds that a text waits to be submitted, and that one with accepted parts waits after a refusal other than throttling. After them
it is given up."""

FINISH_S = 900.0
"""Seconds that the rest of a long text waits for an SMSC that throttles. Once given up, its outcome is unknown and it is never sent again,
so it is given up only if the link breaks, or the SMSC takes none of it for a quarter of an hour."""

STALL_S = 3.0
"""If two turns of the bind's loop are further apart than this, in seconds, the waiting texts are given up. The loop turns twice a second,
so the process was suspended, and another one may own the account (the sender's attempts expire after 3.5 s)."""

TOO_LATE = "the SMSC has not taken it in time"

TOO_FAST = frozenset({0x14, 0x58})
"""ESME_RMSGQFUL and ESME_RTHROTTLED: the SMSC will take the same message a little later (SMPP 3.4, 5.1.3)."""

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
"""The command_status values of permanent refusals (SMPP 3.4, 5.1.3). All others may pass: throttled, queue full, system error."""


@dataclass(slots=True, eq=False)
class _Letter:
    """A text of one or more parts that waits or is in flight. Times are of the monotonic clock.

    Attributes:
        number: its place in the order of arrival.
        parts: the parts that the SMSC has not accepted yet.
        until_s: when it is given up if its next part has not left.
        begun: whether the SMSC has accepted a part.
        throttled_until_s: when it is given up if it has begun and the SMSC only throttles.
        answer: the future of the SMSC's id.
    """

    number: int
    parts: deque[Submit]
    until_s: float
    begun: bool = False
    throttled_until_s: float = 0.0
    answer: "Future[str]" = field(default_factory=Future)

    def __lt__(self, other: "_Letter") -> bool:
        """Return whether it goes first: begun texts do, because a telephone waits for the rest; then the order of arrival counts."""
        return (not self.begun, self.number) < (not other.begun, other.number)

    def give_up(self, reason: str) -> None:
        """Fail its future. Call it only while none of its parts awaits an answer."""
        if self.begun:
            self.answer.set_exception(OutcomeUnknown(f"only some parts of the text have left: {reason}"))
        else:
            self.answer.set_exception(UpstreamUnavailable(reason))


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the submits in flight over one link.

    Attributes:
        size: the maximum number of submit_sm in flight.
        answer_s: seconds after which a submit_sm counts as unanswered.
    """

    size: int = 10
    answer_s: float = 60.0


class Window:
    """The outgoing side of one bind. `offer` may be called from any thread; everything else from the bind's own.

    A text has one of three outcomes. It is accepted: the future returns the SMSC's id of its last part. It is refused: the future fails
    with UpstreamUnavailable (no part has left; try later) or Undeliverable (never). Or the future fails with OutcomeUnknown. A text that
    is throttled, or refused for now after some parts were accepted, waits here and goes on with the refused part.
    """

    def __init__(self, limits: Limits, *, pace: Pace, id_of: Callable[[str], str] = str) -> None:
        """Start empty.

        Args:
            limits: the size, and the time for an answer.
            pace: the rate of the link, which outlives the connection.
            id_of: converts an id from an answer into the form of the ids in receipts.
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
        """Add a text to those that wait, from any thread. Return the future of its outcome."""
        letter = _Letter(next(self._numbers), deque(parts), time.monotonic() + PATIENCE_S)
        letter.answer.set_running_or_notify_cancel()  # a text that may be on its way cannot be cancelled
        with self._lock:
            refusal = self._closed
            if not refusal:
                heapq.heappush(self._waiting, letter)
        if refusal:
            letter.give_up(refusal)
        return letter.answer

    @property
    def busy(self) -> bool:
        """True if a submit_sm awaits its answer, or a text waits to be submitted."""
        return bool(self._in_flight or self._waiting)

    def wait_s(self, longest_s: float) -> float:
        """Return the seconds until `due` may yield a submit_sm, at most `longest_s`."""
        if not self._waiting or len(self._in_flight) >= self._limits.size:
            return longest_s
        return min(longest_s, self._pace.wait_s(time.monotonic()))

    def due(self, sequence: "itertools.count[int]") -> Iterator[bytes]:
        """Yield the submit_sm PDUs that may leave now. A text's next part leaves only after the SMSC has accepted the one before."""
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
        """Take a submit_sm_resp or a generic_nack. One that comes too late is logged and ignored."""
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
        """Give up the submits that were not answered in time, and the texts that have waited too long."""
        now_s = time.monotonic()
        for letter in self._take_out(lambda letter: letter.until_s < now_s):
            letter.give_up(TOO_LATE)
        patience_s = self._limits.answer_s
        late = [number for number, (_, left_s) in self._in_flight.items() if left_s + patience_s < now_s]
        for number in late:
            letter, _ = self._in_flight.pop(number)
            letter.answer.set_exception(OutcomeUnknown(f"the SMSC has not answered for {patience_s:g} s"))

    def turn_away(self, reason: str) -> None:
        """Refuse the waiting texts of which no part was accepted, and all that are offered from now on."""
        for letter in self._take_out(lambda letter: not letter.begun, closed=reason):
            letter.give_up(reason)

    def close(self, reason: str) -> None:
        """Fail all futures: the link is gone, and no answer will come."""
        for letter in self._take_out(lambda _: True, closed=reason):
            letter.give_up(reason)
        lost = [letter for letter, _ in self._in_flight.values()]
        self._in_flight.clear()
        for letter in lost:
            letter.answer.set_exception(OutcomeUnknown(reason))

    def _take_out(self, wanted: Callable[[_Letter], bool], *, closed: str = "") -> list[_Letter]:
        """Remove and return the waiting texts that `wanted` selects. If `closed` is set, refuse all later texts for that reason."""
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
