"""The rate of a link: what the operator grants, halved when the SMSC throttles, and grown slowly."""

from collections import deque

import pytest

from channels.sms.pace import PAUSE_S, SLOWEST, Pace


class Smsc:
    """Grants so many submits in each second, on a clock of its own; answers after a fifth of a second."""

    ANSWER_S = 0.2

    def __init__(self, pace: Pace, *, grants: float, window: int = 10) -> None:
        self.now_s, self.accepted, self.throttled = 1000.0, 0, 0
        self._pace, self._grants, self._window = pace, grants, window
        self._recent: deque[float] = deque()
        self._in_flight: deque[tuple[float, bool]] = deque()

    def run(self, seconds: float) -> None:
        """Submit as fast as the pace allows, as if texts were always waiting."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            while self._in_flight and self._in_flight[0][0] + self.ANSWER_S <= self.now_s:
                left_s, good = self._in_flight.popleft()
                if good:
                    self.accepted += 1
                    self._pace.taken(self.now_s)
                else:
                    self.throttled += 1
                    self._pace.throttled(self.now_s, left_s=left_s)
            while len(self._in_flight) < self._window and self._pace.wait_s(self.now_s) <= 0:
                self._pace.left()
                while self._recent and self._recent[0] <= self.now_s - 1:
                    self._recent.popleft()
                good = len(self._recent) < self._grants
                if good:
                    self._recent.append(self.now_s)
                self._in_flight.append((self.now_s, good))
            self.now_s += 0.005


def test_without_a_limit_nothing_waits() -> None:
    """Most operators set none below the window."""
    pace = Pace()
    for _ in range(1000):
        assert pace.wait_s(5.0) == 0
        pace.left()


def test_the_granted_rate_is_kept_in_each_second() -> None:
    """More is a fine, or the end of the bind."""
    smsc = Smsc(Pace(20.0), grants=1000)
    for _ in range(10):
        before = smsc.accepted
        smsc.run(1.0)
        assert smsc.accepted - before <= 22
    assert smsc.accepted >= 170
    assert smsc.throttled == 0


def test_a_link_without_a_setting_finds_what_the_smsc_grants() -> None:
    """The review's trial: 300 replies, ten granted each second. It submitted 300 at once, and 299 were throttled."""
    smsc = Smsc(Pace(), grants=10)
    smsc.run(60.0)
    assert smsc.throttled < 40
    assert smsc.accepted > 250


def test_refusals_of_one_burst_halve_the_rate_once() -> None:
    """A whole window left before the first of its refusals came."""
    pace = Pace(40.0)
    for _ in range(40):
        pace.taken(10.0)
    for _ in range(10):
        pace.throttled(10.5, left_s=10.4)
    assert pace.rate == 20.0
    assert pace.wait_s(10.5) == pytest.approx(PAUSE_S)
    assert pace.wait_s(10.5 + PAUSE_S) == 0
    pace.throttled(12.0, left_s=11.9)
    assert pace.rate is not None
    assert SLOWEST <= pace.rate < 11.0


def test_it_grows_slowly_up_to_what_is_granted() -> None:
    """One more each second."""
    pace = Pace(10.0)
    for _ in range(10):
        pace.taken(0.5)
    pace.throttled(1.0, left_s=0.9)
    assert pace.rate == 5.0
    pace.wait_s(2.0)
    pace.wait_s(4.0)
    assert pace.rate == pytest.approx(7.0)
    pace.wait_s(100.0)
    assert pace.rate == 10.0
