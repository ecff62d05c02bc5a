"""The outgoing side of a bind without its socket: what is submitted, in which order, and what never is."""

import itertools
from concurrent.futures import Future

import pytest

from channels.sms import window as module
from channels.sms.pace import Pace
from channels.sms.pdu import Pdu
from channels.sms.segments import compose
from channels.sms.window import Limits, Window
from complaints.errors import OutcomeUnknown, UpstreamUnavailable
from tests.harness.sms import CITIZEN

TOO_FAST = 0x58


class Bench:
    """A window whose PDUs the test takes and answers."""

    def __init__(self, *, size: int = 10) -> None:
        self.window = Window(Limits(size=size), pace=Pace())
        self._sequence = itertools.count(1)

    def offer(self, text: str) -> "Future[str]":
        """Offer a text."""
        return self.window.offer(compose(text, address=CITIZEN, reference=7))

    def due(self) -> list[bytes]:
        """Return the user data of what leaves now."""
        return [frame[frame.rindex(b"1708") :] for frame in self.window.due(self._sequence)]

    def answer(self, sequence: int, status: int = 0) -> None:
        """Answer a submit_sm."""
        self.window.answered(Pdu("submit_sm_resp", status, sequence, message_id=f"m{sequence}"))


def test_a_text_that_has_begun_is_finished_before_another_begins() -> None:
    """A telephone waits for the rest of it."""
    bench = Bench(size=1)
    long, short = bench.offer("x" * 300), bench.offer("halo")
    for sequence in (1, 2):
        assert len(bench.due()) == 1
        bench.answer(sequence)
    assert long.result(0) == "m2"
    assert not short.done()
    assert len(bench.due()) == 1
    bench.answer(3)
    assert short.result(0) == "m3"


def test_throttled_texts_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them waits for ever behind those that were refused after it."""
    monkeypatch.setattr("channels.sms.pace.PAUSE_S", 0.0)
    bench = Bench(size=3)
    answers = [bench.offer(f"halo {number}") for number in range(3)]
    assert len(bench.due()) == 3
    for sequence in (1, 2, 3):
        bench.answer(sequence, TOO_FAST)
    assert len(bench.due()) == 1
    bench.answer(4)
    assert [answer.done() for answer in answers] == [True, False, False]


def test_a_process_that_was_stopped_submits_nothing_that_waited() -> None:
    """Another one may own the account by now, and has recorded the outcome as unknown. What had not begun may be tried again."""
    bench = Bench(size=1)
    long = half_sent(bench)
    waits = bench.offer("halo")
    bench.window._turned_s -= module.STALL_S + 1
    assert not bench.due()
    with pytest.raises(OutcomeUnknown):
        long.result(0)
    with pytest.raises(UpstreamUnavailable):
        waits.result(0)
    later = bench.offer("halo")
    assert len(bench.due()) == 1
    bench.answer(2)
    assert later.result(0) == "m2"


class Clock:
    """A clock that the test turns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now_s = 100.0
        monkeypatch.setattr(module, "time", self)

    def monotonic(self) -> float:
        """Return the time."""
        return self._now_s

    def turn(self, bench: Bench, seconds: float) -> list[bytes]:
        """Let time pass as the loop of the bind does; return what leaves at its end, or earlier."""
        end_s = self._now_s + seconds
        while self._now_s < end_s:
            self._now_s += 0.5
            bench.window.expire()
            if found := bench.due():
                return found
        return []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test turns."""
    return Clock(monkeypatch)


def half_sent(bench: Bench) -> "Future[str]":
    """Offer a text of two parts, and let the first one be taken."""
    long = bench.offer("x" * 300)
    assert len(bench.due()) == 1
    bench.answer(1)
    return long


def throttled(bench: Bench, clock: Clock, *, answers: int, status: int = TOO_FAST, sequence: int = 2) -> int:
    """Refuse the next submits; return the number of the one that awaits its answer then."""
    for number in range(sequence, sequence + answers):
        bench.answer(number, status)
        assert len(clock.turn(bench, 10)) == 1, number
    return sequence + answers


def test_a_long_text_that_is_throttled_for_minutes_does_not_begin_again(clock: Clock) -> None:
    """Nothing of it is unknown: its second part waits, and the first is never sent twice."""
    bench = Bench()
    long = bench.offer("x" * 300)
    assert b"\x05\x00\x03\x07\x02\x01" in bench.due()[0]
    bench.answer(1)
    assert b"\x05\x00\x03\x07\x02\x02" in clock.turn(bench, 1)[0]
    sequence = throttled(bench, clock, answers=300)
    assert not long.done()
    bench.answer(sequence)
    assert long.result(0) == f"m{sequence}"


def test_a_long_text_is_given_up_after_a_quarter_of_an_hour_of_throttling(clock: Clock) -> None:
    """Then nobody knows what the citizen has read."""
    bench = Bench()
    long = half_sent(bench)
    sequence = 1 + len(clock.turn(bench, 1))
    with pytest.raises(AssertionError):
        throttled(bench, clock, answers=2000, sequence=sequence)
    with pytest.raises(OutcomeUnknown, match="only some parts of the text have left"):
        long.result(0)
    assert module.FINISH_S <= clock.monotonic() - 100 <= module.FINISH_S + 20


@pytest.mark.parametrize("status", [0x08, 0x45])
def test_a_long_text_whose_rest_is_refused_otherwise_is_given_up_sooner(clock: Clock, status: int) -> None:
    """It would slow the whole link down. Throttling between the refusals is still throttling."""
    bench = Bench()
    long = half_sent(bench)
    clock.turn(bench, 1)
    sequence = throttled(bench, clock, answers=5, status=status)
    sequence = throttled(bench, clock, answers=60, sequence=sequence)
    assert not long.done()
    with pytest.raises(AssertionError):
        throttled(bench, clock, answers=100, status=status, sequence=sequence)
    with pytest.raises(OutcomeUnknown):
        long.result(0)


def test_a_window_that_is_closed_takes_nothing() -> None:
    """In flight is unknown, waiting has not left, and so has what is offered from now on."""
    bench = Bench(size=1)
    left, waits = bench.offer("satu"), bench.offer("dua")
    bench.due()
    bench.window.close("the link broke")
    with pytest.raises(OutcomeUnknown, match="the link broke"):
        left.result(0)
    for answer in (waits, bench.offer("tiga")):
        with pytest.raises(UpstreamUnavailable, match="the link broke"):
            answer.result(0)
    assert not bench.window.busy


def test_whoever_takes_leave_finishes_what_has_begun() -> None:
    """And begins nothing, throttled or not."""
    bench = Bench(size=2)
    long, throttled = bench.offer("x" * 300), bench.offer("halo")
    bench.due()
    bench.window.turn_away("the account is ended")
    bench.answer(2, TOO_FAST)
    with pytest.raises(UpstreamUnavailable):
        throttled.result(0)
    bench.window._pace = Pace()
    bench.answer(1)
    assert bench.window.busy
    assert len(bench.due()) == 1
    bench.answer(3)
    assert long.result(0) == "m3"
    assert not bench.window.busy


def test_an_id_is_given_in_the_form_of_its_receipts() -> None:
    """And a late answer, or one to a number that was never used, is nobody's."""
    window = Window(Limits(), pace=Pace(), id_of=str.lower)
    answer = window.offer(compose("halo", address=CITIZEN, reference=1))
    list(window.due(itertools.count(1)))
    window.answered(Pdu("submit_sm_resp", 0, 1, message_id="M1"))
    window.answered(Pdu("submit_sm_resp", 0, 1, message_id="M1"))
    window.answered(Pdu("generic_nack", 3, 77))
    assert answer.result(0) == "m1"
