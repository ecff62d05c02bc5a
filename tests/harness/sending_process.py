"""A sender as a process that can be killed and stopped; its account notes each text in a file before it answers."""

import os
import random
import signal
import sys
import threading
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from channels.base import Letter
from channels.sending.accounts import Accounts
from channels.sending.run import run_sender
from channels.sending.spec import SenderSpec
from complaints.bus.step.options import WorkerOptions
from complaints.errors import OutcomeUnknown
from tests.harness.logs import plain_logs
from tests.harness.sending_account import KEYS, QUICK, FakeAccount, takes
from tests.harness.step_process import dying


def _noted(path: Path, ordinal: int, how: str, letter: Letter, answer: "Future[str]") -> None:
    with path.open("a") as file:
        file.write(f"{letter.reply_id}\t{ordinal}\n")
    if how == "takes":
        takes(letter, answer)
    elif how == "soon":
        threading.Timer(random.uniform(0, 0.1), takes, (letter, answer)).start()
    elif how == "unknown":
        threading.Timer(0.2, answer.set_exception, (OutcomeUnknown("no answer in time"),)).start()


def main() -> None:
    """Run one sender until SIGTERM, as the environment says."""
    brokers, channel, ordinal, folder = sys.argv[1:]
    plain_logs()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    account = FakeAccount(f"{channel}/a", capacity=5)
    answer = os.environ.get("ANSWER", "takes")
    account.answer = partial(_noted, Path(folder) / "submitted", int(ordinal), answer)
    options = WorkerOptions(
        brokers=brokers,
        ordinal=int(ordinal),
        folder=Path(folder) / "sender" / ordinal,
        phase=dying(),
        batch=20,
    )
    try:
        spec = SenderSpec(channel=channel, keyring=KEYS, pauses=QUICK)
        run_sender(spec, Accounts(channel, [account]), options=options, stop=stop)
    except Exception as error:
        sys.stderr.write(f"STOPPED {type(error).__name__}: {error}\n")
        raise SystemExit(3) from error


if __name__ == "__main__":
    main()
