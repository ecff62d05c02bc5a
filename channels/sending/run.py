"""Runs the sender of a channel beside it: it survives Kafka's absence, and the accounts stay begun meanwhile and after a fault."""

import random
import threading
import time
from collections.abc import Collection
from typing import Final

import structlog

from channels.sending.accounts import Accounts
from channels.sending.spec import SenderSpec
from channels.sending.worker import Sender
from complaints.bus.step.identity import RIVAL_PATIENCE_S
from complaints.bus.step.kafka import members, transactional_id
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.transaction import Fenced
from complaints.errors import UnavailableError
from complaints.runtime import telemetry

log = structlog.get_logger()

PAUSE_S, MOST_PAUSE_S = 0.5, 5.0
"""How long to wait before a worker is opened again: at first, and at most."""

WELL_S: Final = 30.0
"""After how long a worker has worked well, so that the next pause is a short one again."""

LOOK_S: Final = 0.2
"""How often the signal to end is looked at."""

ASK_S: Final = 3.0
"""How often Kafka is asked who has the partitions, while this process is no member of the group."""


def run_sender(spec: SenderSpec, ours: Accounts, *, options: WorkerOptions, stop: threading.Event) -> None:
    """Send the texts of a channel's accounts, and take the pages of those that are polled, until `stop` is set.

    Args:
        spec: the channel's sender.
        ours: its accounts. They stay begun at the end: the caller ends them (see also Apart).
        options: the brokers, the ordinal, the folder, and the heartbeat, which is called during pauses too.
        stop: the signal to end.

    Raises:
        ConfigurationError: another worker has this ordinal, or something else that only a person can correct; the text says what.
    """
    pause_s = PAUSE_S
    while not stop.is_set():
        began = time.monotonic()
        try:
            _work(Sender(spec, options, ours), stop)
        except (UnavailableError, Fenced) as error:
            if time.monotonic() - began > WELL_S:
                pause_s = PAUSE_S
            log.warning("the sender begins anew", channel=spec.channel, error=str(error), pause_s=pause_s)
            telemetry.RETRIES.labels("sender").inc()
            _wait(pause_s * random.uniform(0.8, 1.2), options, stop)  # noqa: S311  # no secret
            pause_s = min(MOST_PAUSE_S, pause_s * 2)


class Apart:
    """The accounts of a sender that has failed: until it is tried again this process is no member of the group that shares the partitions.

    Its accounts stay begun, because what citizens write comes in by them, until another process has the partitions: so at most one has an
    account. If none has them that is the process with the ordinal 0, where the accounts that need no cursor begin.
    """

    def __init__(self, spec: SenderSpec, ours: Accounts, options: WorkerOptions) -> None:
        """Begin while the sender still runs.

        Args:
            spec: the channel's sender.
            ours: its accounts.
            options: as `run_sender` has them.
        """
        self._group, self._ours, self._options = spec.topics.name, ours, options
        self._member = transactional_id(self._group, options.ordinal)
        self._since_s = self._at_s = 0.0
        self._is_elsewhere = False

    def begin(self) -> None:
        """Note that the sender has failed: the group remembers it for a while."""
        self._since_s, self._is_elsewhere = time.monotonic(), False

    def look(self) -> str:
        """Beat, follow the group, and return which accounts have not begun, as a sentence for doctor; empty if all have."""
        self._options.heartbeat()
        if time.monotonic() >= self._at_s:
            self._at_s = time.monotonic() + ASK_S
            self._follow(members(self._options.brokers, self._group))
        silent = [] if self._is_elsewhere else self._ours.silent
        return f"No message of a citizen comes in by {', '.join(silent)}. " if silent else ""

    def _follow(self, found: Collection[str] | None) -> None:
        if found is None:
            return
        is_rival = time.monotonic() > self._since_s + RIVAL_PATIENCE_S  # what has this name now is another process
        others = [one for one in found if one != self._member or is_rival]
        self._is_elsewhere = bool(others) if found else self._options.ordinal > 0
        if self._is_elsewhere:
            self._ours.close()
        elif not found:
            self._ours.begin_silent()


def _work(sender: Sender, stop: threading.Event) -> None:
    try:
        sender.open()
        while not stop.is_set():
            sender.turn()
        sender.finish()
    finally:
        sender.close()


def _wait(seconds: float, options: WorkerOptions, stop: threading.Event) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop.wait(LOOK_S):
        options.heartbeat()
