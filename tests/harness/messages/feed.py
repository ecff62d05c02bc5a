"""Lets citizens act out their scripts, many at once, as far as a test has released them; each waits until he has been told what he must."""

import itertools
import threading
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.harness.messages.doors import Door, Said
from tests.harness.messages.fed import Fed
from tests.harness.messages.plan import CODE, Script
from tests.harness.messages.watch import Watch

CITIZENS: Final = 64
"""How many citizens write at the same time."""

TOLD_S: Final = 240.0
"""How long a citizen waits to be told something."""


class Feed:
    """Acts out scripts.

    Attributes:
        fed: the messages so far.
        faults: what went wrong while feeding; empty if all is well.
    """

    def __init__(self, scripts: Sequence[Script], doors: Mapping[str, Door], watch: Watch) -> None:
        """Begin; nothing is released yet."""
        self.fed: list[Fed] = []
        self.faults: list[str] = []
        self._scripts, self._doors, self._watch = iter(scripts), doors, watch
        self._left, self._released, self._begun, self._stop = len(scripts), 0, 0, False
        self._scripts_total = len(scripts)
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._pool = ThreadPoolExecutor(CITIZENS, thread_name_prefix="citizen")
        for _ in range(CITIZENS):
            self._pool.submit(self._act_on)

    @property
    def acknowledged(self) -> int:
        """The number of acknowledgements so far."""
        return sum(sum(fed.acknowledged.values()) for fed in list(self.fed))

    @property
    def share(self) -> float:
        """The share of all scripts that have ended."""
        return 1 - self._left / self._scripts_total

    def release(self, done: float) -> None:
        """Let nearly as large a share of all scripts begin as kills are done, from 0 to 1."""
        with self._changed:
            self._released = max(self._released, round(0.95 * done * self._scripts_total))
            self._changed.notify_all()

    def nudge(self) -> None:
        """Let some more scripts begin."""
        with self._changed:
            self._released = min(self._scripts_total, max(self._released, self._begun) + 4)
            self._changed.notify_all()

    def finish(self, timeout_s: float) -> None:
        """Release everything, and wait until all scripts have ended."""
        with self._changed:
            self._released = self._scripts_total + CITIZENS  # those who find no script end
            self._changed.notify_all()
        with self._changed:
            ended = self._changed.wait_for(lambda: not self._left, timeout_s)
        assert ended, f"{self._left} scripts have not ended"

    def close(self) -> None:
        """Let nobody begin any more."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _act_on(self) -> None:
        while (script := self._next()) is not None:
            try:
                self._act(script)
            except Exception:  # noqa: BLE001  # the test shows it
                self.faults.append(f"{script}: {traceback.format_exc(limit=-2)}")
            with self._changed:
                self._left -= 1
                self._changed.notify_all()

    def _next(self) -> Script | None:
        with self._changed:
            self._changed.wait_for(lambda: self._released > self._begun or self._stop)
            if self._stop:
                return None
            self._begun += 1
            return next(self._scripts, None)

    def _act(self, script: Script) -> None:
        door, code, first = self._doors[script.channel], "", 0
        for place, step in enumerate(script.steps):
            if self._stop:
                return
            step = step._replace(text=step.text.replace(CODE, code))  # noqa: PLW2901
            number = next(self._numbers)
            kind = {"changed": "addition", "another": "complaint"}.get(step.kind, step.kind)
            first = first if place and kind != "complaint" else number
            fed = Fed(
                number=number,
                about=first,
                channel=script.channel,
                kind=kind,
                text=step.text,
                keys=(),
                secret=step.secret,
            )
            said = Said(script, place, step, fed)
            fed.keys = tuple(door.keys_of(said))
            self.fed.append(fed)
            door.say(said)
            citizen = door.citizen(script)
            if citizen is not None:
                told = self._watch.wait_told(citizen, step.told, timeout_s=TOLD_S)
                code = told[0].get("tracking_code", "") if told else code
