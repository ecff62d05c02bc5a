"""The messages that wait to be sent over one bind, and those whose answers are awaited: at most a window of them at once."""

import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from channels.sms import pdu
from channels.sms.pdu import Pdu
from channels.sms.segments import Submit
from complaints.errors import LaporError, Undeliverable, UpstreamUnavailable

MOST_WAITING = 2000
"""Messages that may wait for the window; more is a sign that the SMSC takes nothing, and the courier keeps them better."""

PATIENCE_S = 40.0
"""A message whose parts are not all on their way in this time goes back to the courier, before the courier takes it for lost."""

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
"""The command_status values that say no for good (SMPP 3.4, 5.1.3). Each other one may pass: throttled, queue full, system error."""


@dataclass(slots=True, eq=False)
class _Letter:
    """One message under way, of one part or more."""

    parts: deque[Submit]
    until_s: float
    answer: "Future[str]" = field(default_factory=Future)


class Window:
    """The outgoing side of one bind. `offer` may be called from any thread; everything else from the bind's own."""

    def __init__(self, size: int, *, answer_timeout_s: float) -> None:
        """Begin empty.

        Args:
            size: submit_sm in flight at once.
            answer_timeout_s: seconds after which a submit_sm counts as unanswered.
        """
        self._size = size
        self._answer_timeout_s = answer_timeout_s
        self._lock = threading.Lock()
        self._closed = ""
        self._waiting: deque[_Letter] = deque()
        self._in_flight: dict[int, tuple[_Letter, float]] = {}

    def offer(self, parts: Sequence[Submit]) -> "Future[str]":
        """Put a message to those that wait.

        Returns:
            A future of the SMSC's id of its last part. It fails with UpstreamUnavailable where the message may pass later, and with
            Undeliverable where it never will.
        """
        letter = _Letter(deque(parts), time.monotonic() + PATIENCE_S)
        letter.answer.set_running_or_notify_cancel()  # what may be on its way cannot be called back
        with self._lock:
            refusal = self._closed or (
                "too many messages wait for the SMSC" if len(self._waiting) >= MOST_WAITING else ""
            )
            if not refusal:
                self._waiting.append(letter)
        if refusal:
            letter.answer.set_exception(UpstreamUnavailable(refusal))
        return letter.answer

    @property
    def in_flight(self) -> int:
        """How many submit_sm wait for their answer."""
        return len(self._in_flight)

    def due(self, sequence: "itertools.count[int]") -> Iterator[bytes]:
        """Yield the submit_sm that the window has room for; each part of a message follows after the yes to the one before."""
        while len(self._in_flight) < self._size:
            with self._lock:
                if not self._waiting:
                    return
                letter = self._waiting.popleft()
            number = next(sequence)
            self._in_flight[number] = (letter, time.monotonic() + self._answer_timeout_s)
            yield pdu.submit_sm(number, letter.parts.popleft())

    def answered(self, answer: Pdu) -> None:
        """Take a submit_sm_resp or a generic_nack. One to a question that nobody awaits any more is let go."""
        found = self._in_flight.pop(answer.sequence, None)
        if found is None:
            return
        letter = found[0]
        if (fault := _fault(answer)) is not None:
            letter.answer.set_exception(fault)
        elif letter.parts:
            with self._lock:
                self._waiting.appendleft(letter)
        else:
            letter.answer.set_result(answer.message_id)

    def expire(self) -> None:
        """Give up the submit_sm that were not answered in time, and what could not be sent."""
        now = time.monotonic()
        with self._lock:
            old = [letter for letter in self._waiting if letter.until_s < now]
            self._waiting = deque(letter for letter in self._waiting if letter.until_s >= now)
        for letter in old:
            letter.answer.set_exception(UpstreamUnavailable(f"the window was full for {PATIENCE_S:.0f} s"))
        late = [number for number, (_, deadline) in self._in_flight.items() if deadline < now]
        for number in late:
            letter, _ = self._in_flight.pop(number)
            letter.answer.set_exception(
                UpstreamUnavailable(f"the SMSC has not answered for {self._answer_timeout_s:.0f} s")
            )

    def turn_away(self, reason: str) -> None:
        """Fail what was not sent yet, and whatever is offered from now on."""
        with self._lock:
            self._closed = reason
            unsent = [*self._waiting]
            self._waiting.clear()
        for letter in unsent:
            letter.answer.set_exception(UpstreamUnavailable(reason))

    def close(self, reason: str) -> None:
        """Fail everything: the link is gone, and with it the answers."""
        self.turn_away(reason)
        lost = [letter for letter, _ in self._in_flight.values()]
        self._in_flight.clear()
        for letter in lost:
            letter.answer.set_exception(UpstreamUnavailable(reason))


def _fault(answer: Pdu) -> LaporError | None:
    if answer.command == "generic_nack":
        return UpstreamUnavailable(f"the SMSC could not read our message (generic_nack 0x{answer.status:02x})")
    if answer.status in NEVER:
        return Undeliverable(f"{NEVER[answer.status]} (status 0x{answer.status:02x})")
    if answer.status != pdu.OK:
        return UpstreamUnavailable(f"the SMSC does not take it now (status 0x{answer.status:02x})")
    return None
