"""Runs whole lives of cases on the real Kafka while workers of router and neighbours are killed, and checks the topics at the end."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from complaints.bus import Record
from complaints.contract import PARTITIONS
from router.routing import Router
from tests.harness.cases.checker import Checker
from tests.harness.cases.feed import Feed
from tests.harness.cases.log import Topics
from tests.harness.kill.killer import Chaos
from tests.harness.kill.trial import Trial
from tests.harness.lives.driver import Driver
from tests.harness.lives.follower import Follower

DAY_MS: Final = 86_400_000

SETTLE_S: Final = 240.0
"""How long the steps may take for what is in their mailboxes, while they are killed."""

TOGETHER: Final = 1000
"""The number of cases for which commands are made before they are sent: the steps work while the next ones are made."""

SPOKEN_TO: Final = 0.6
"""The share of cases to which something is said on a day."""

LONGER: Final = 500
"""How many cases are spoken to at once when the last day is over and some kills are left."""

Tell = Callable[[int, int], object]
"""Is told how many cases there are, and how many kills were done."""


class Scale(NamedTuple):
    """How much a trial does.

    Attributes:
        lives: the number of complaints.
        days: the days on which something is said, counted from the first one.
        limit_s: how many seconds all of it may take.
        partitions: of the mailboxes.
    """

    lives: int
    days: tuple[int, ...]
    limit_s: float
    partitions: int = PARTITIONS


@dataclass
class Days:
    """The work of a trial, which brings its records itself: the share of the days that are over."""

    share: float = 0.0

    def release(self, done: float) -> None:
        """Do nothing."""

    def nudge(self) -> None:
        """Do nothing."""


class LifeTrial(Trial):
    """One run with its processes."""

    def __init__(self, folder: Path, *, seed: int | None = None, tell: Tell = lambda _, __: None) -> None:
        """Take what a run needs.

        Args:
            folder: for the data and logs of all processes.
            seed: of all that is left to chance but the moments of the kills.
            tell: is told of the progress.
        """
        super().__init__(folder, seed=seed)
        self._tell, self._dice = tell, random.Random(self.seed)
        self._clock, self._day, self._ahead_ms = folder / "clock", 0, {0}
        self._fed: list[tuple[bytes, bytes]] = []
        self._passed = Days()
        self._follower: Follower

    def run(self, scale: Scale, chaos: Chaos, counts: Mapping[str, int]) -> None:
        """Let cases live, kill, settle and check."""
        self._until = time.monotonic() + scale.limit_s
        self._clock.write_text("0")
        brokers = self._start_kafka(scale.partitions).brokers
        self._start(counts, DEMO_CLOCK=str(self._clock))
        law = Router.load()
        driver = Driver(self.seed, self._keys, law)
        self._follower = Follower(brokers)
        self._closing.callback(self._follower.close)
        self._stage("started")
        killer = self._kill(self._passed, chaos)
        with ThreadPoolExecutor(1) as pool:
            killing = pool.submit(killer.run)
            try:
                self._live(driver, scale, killing)
            finally:
                killer.stop()
                self.said |= killer.report()
            killing.result()
        self._settle()
        self._stage("settled")
        checker = Checker(
            Topics.read(brokers), administrator=law.administrator_id, exact=False, ahead_ms=self._ahead_ms
        )
        checker.check(self._fed)
        self._conclude(chaos, checker.violations, counts=dict(sorted(checker.counts.items())))

    def _live(self, driver: Driver, scale: Scale, killing: "Future[None]") -> None:
        """Let the days pass; after the last one go on until all kills are done."""
        opening = scale.days[: max(1, len(scale.days) // 2)]
        for number, day in enumerate(scale.days, 1):
            self._pass_to(day)
            self._passed.share = number / len(scale.days)
            left = scale.lives - len(self._follower.documents) if day == opening[-1] else scale.lives // len(opening)
            if day in opening:
                self._send(driver.opened(self._now) for _ in range(left))
            self._speak(driver, [code for code in self._follower.documents if self._dice.random() < SPOKEN_TO])
            self._settle()
        while not killing.done():
            codes = list(self._follower.documents)
            self._speak(driver, self._dice.sample(codes, min(len(codes), LONGER)))

    def _pass_to(self, day: int) -> None:
        """Let the days pass, and the timers ring."""
        self._day = day
        self._ahead_ms.add(day * DAY_MS)
        draft = self._clock.with_suffix(".new")
        draft.write_text(str(day))
        draft.rename(self._clock)
        self._settle()

    def _speak(self, driver: Driver, codes: list[str]) -> None:
        """Let everybody say something to cases."""
        for first in range(0, len(codes), TOGETHER):
            lines = list[tuple[float, Record]]()
            for code in codes[first : first + TOGETHER]:
                said = list(driver.commands(code, self._follower.documents[code], self._now))
                lines += zip(sorted(self._dice.random() for _ in said), said, strict=True)
            self._send(record for _, record in sorted(lines, key=lambda line: line[0]))
            while self._follower.look():
                pass

    def _send(self, records: Iterable[Record]) -> None:
        given = list(records)
        feed = Feed(self._server.brokers, given, self.seed)
        feed.finish(SETTLE_S)
        self._fed += [(record.key, record.value) for record in given]
        self._say()

    def _settle(self) -> None:
        """Wait until everything in the mailboxes was handled, and every timer that is due."""
        until = time.monotonic() + SETTLE_S
        while not self._follower.is_settled(int(self._now.timestamp() * 1000), fed=len(self._fed)):
            self._say()
            assert time.monotonic() < until, f"the mailboxes were not handled: {self._follower}"

    def _say(self) -> None:
        assert time.monotonic() < self._until, "the trial takes longer than it may"
        self._tell(len(self._follower.documents), len(self._pipeline.hits()))

    @property
    def _now(self) -> datetime:
        """The clock of the router."""
        return datetime.fromtimestamp(time.time() + self._day * DAY_MS / 1000, UTC)
