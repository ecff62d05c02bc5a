"""Runs a channel's sender in the channel's process, and restarts it after a passing fault, while the accounts stay connected."""

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
"""The first and the longest pause before a failed worker is replaced, in seconds."""

WELL_S: Final = 30.0
"""If a worker lasted at least this long, the next pause is the first one again."""

LOOK_S: Final = 0.2
"""Seconds between two checks of the signal to end, and between two heartbeats, during a pause."""

ASK_S: Final = 3.0
"""Seconds between two questions to Kafka about who has the partitions, while this process is not a member of the group."""


def run_sender(spec: SenderSpec, ours: Accounts, *, options: WorkerOptions, stop: threading.Event) -> None:
    """Send the texts of a channel's accounts, and take the pages of those that are polled, until `stop` is set.

    Args:
        spec: the channel's sender.
        ours: its accounts. They are not ended here: the caller ends them (see also Apart).
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
    """Keeps the accounts of a failed sender connected until it is restarted. Meanwhile this process is not a member of the group.

    Citizens' messages come in through the accounts, so they end only when another process has the partitions: at most one process has an
    account. If no process has the partitions, the one with ordinal 0 begins the accounts that need no cursor, and the others end theirs.
    """

    def __init__(self, spec: SenderSpec, ours: Accounts, options: WorkerOptions) -> None:
        """Make it while the sender still runs.

        Args:
            spec: the channel's sender.
            ours: its accounts.
            options: the options of `run_sender`.
        """
        self._group, self._ours, self._options = spec.topics.name, ours, options
        self._member = transactional_id(self._group, options.ordinal)
        self._since_s = self._at_s = 0.0
        self._is_elsewhere = False

    def begin(self) -> None:
        """Note that the sender has failed now: the group still lists it as a member for a while."""
        self._since_s, self._is_elsewhere = time.monotonic(), False

    def look(self) -> str:
        """Beat, follow the group, and return a sentence for `lapor doctor` that names the accounts that have not begun; empty if none."""
        self._options.heartbeat()
        if time.monotonic() >= self._at_s:
            self._at_s = time.monotonic() + ASK_S
            self._follow(members(self._options.brokers, self._group))
        silent = [] if self._is_elsewhere else self._ours.silent
        return f"No message of a citizen comes in by {', '.join(silent)}. " if silent else ""

    def _follow(self, found: Collection[str] | None) -> None:
        if found is None:
            return
        is_rival = time.monotonic() > self._since_s + RIVAL_PATIENCE_S  # by now this name belongs to another process
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
