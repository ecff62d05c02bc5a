"""Runs the sender of a channel in a thread beside the channel: it survives Kafka's absence, and the accounts stay begun meanwhile."""

import random
import threading
import time
from collections.abc import Sequence
from typing import Final

import structlog

from channels.base import Account
from channels.sending.accounts import Accounts
from channels.sending.spec import SenderSpec
from channels.sending.worker import Sender
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.transaction import Fenced
from complaints.contract import SENDS, topics
from complaints.errors import UnavailableError
from complaints.runtime import telemetry

log = structlog.get_logger()

PAUSE_S, MOST_PAUSE_S = 0.5, 5.0
"""How long to wait before a worker is opened again: at first, and at most."""

WELL_S: Final = 30.0
"""After how long a worker has worked well, so that the next pause is a short one again."""

LOOK_S: Final = 0.2
"""How often the signal to end is looked at."""


def run_sender(spec: SenderSpec, accounts: Sequence[Account], *, options: WorkerOptions, stop: threading.Event) -> None:
    """Send the texts of a channel's accounts, and take the pages of those that are polled, until `stop` is set. Then end the accounts.

    Args:
        spec: the channel's sender.
        accounts: all of its accounts that are set up here. None begins unless the group gives its partition to this process.
        options: the brokers, the ordinal, the folder, and the heartbeat, which is called during pauses too.
        stop: the signal to end.

    Raises:
        ConfigurationError: another worker has this ordinal, or something else that only a person can correct; the text says what.
    """
    ours = Accounts(spec.channel, accounts, partitions=topics()[SENDS].partitions)
    pause_s = PAUSE_S
    try:
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
    finally:
        ours.close()


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
