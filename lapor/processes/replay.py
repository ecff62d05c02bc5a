"""Runs a replay over all partitions, several at a time, each in a process of its own."""

import base64
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from complaints.contract import CASE_EVENTS, COMPLAINTS
from complaints.errors import UnavailableError
from complaints.runtime.settings import Settings
from lapor.processes.forks import Fork, Program, fork
from lapor.processes.wiring import scanner

if TYPE_CHECKING:
    from ops.replay import Move, Summary

LOOK_S: Final = 0.05
"""Seconds between two checks whether a partition is done."""

_GIVEN: Final = "LAPOR_REPLAY"
"""The variable that holds a process's work: the pickled settings, partition and start time. It has secrets, so it is never in a file."""


def replay(
    settings: Settings, *, since_ms: int | None, moved: "Callable[[Move], None]", told: Callable[[int, int], None]
) -> "Summary":
    """Decide past records again with today's rules, and return the figures. Nothing is written, and nobody is notified.

    Args:
        settings: the settings of the running stack.
        since_ms: the time of the first record to decide, in milliseconds since 1970; None for all records.
        moved: called with each difference.
        told: called with the number of partitions that are done, and the number of all.

    Raises:
        BusUnavailable: Kafka cannot be read.
        UnavailableError: a process ended before its partition was done; the text contains its log.
    """
    from ops.replay import Summary

    began, whole, ends = time.monotonic(), Summary(), scanner(settings)
    total = len(ends.ends(COMPLAINTS))
    ends.close()
    left, running, done = list(range(total)), dict[int, Fork | Program](), 0
    with tempfile.TemporaryDirectory(prefix="lapor-replay-") as folder:
        try:
            while left or running:
                while left and len(running) < (os.cpu_count() or 1):
                    number = left.pop(0)
                    running[number] = _begun(Path(folder), settings, number, since_ms)
                for number in [one for one, process in running.items() if process.poll() is not None]:
                    del running[number]
                    summary, moves = _result(Path(folder), number)
                    whole.add(summary)
                    for move in moves:
                        moved(move)
                    done += 1
                    told(done, total)
                time.sleep(LOOK_S)
        finally:  # Ctrl-C does not reach the others, which have sessions of their own
            for process in running.values():
                process.kill()
                process.poll()
    whole.seconds = time.monotonic() - began
    return whole


def _begun(folder: Path, settings: Settings, partition: int, since_ms: int | None) -> Fork | Program:
    given = base64.b85encode(pickle.dumps((settings, partition, since_ms))).decode()
    command = [sys.executable, "-m", __name__, str(folder / f"{partition}.result")]
    return fork(command, {_GIVEN: given}, log=folder / f"{partition}.log")


def _result(folder: Path, partition: int) -> "tuple[Summary, list[Move]]":
    path = folder / f"{partition}.result"
    if not path.exists():
        raise UnavailableError(
            f"the replay of partition {partition} ended:\n{(folder / f'{partition}.log').read_text()}"
        )
    result = pickle.loads(path.read_bytes())  # noqa: S301  # our own process wrote it into our own folder
    if isinstance(result, Exception):
        raise result
    return result  # type: ignore[no-any-return]


def main() -> None:
    """Replay the partition that the environment names, and write the result into the file that the first argument names."""
    settings, partition, since_ms = pickle.loads(base64.b85decode(os.environ.pop(_GIVEN)))  # noqa: S301  # see _begun
    result: object
    try:
        result = replay_partition(settings, partition, since_ms)
    except UnavailableError as error:
        result = error
    path = Path(sys.argv[1])
    draft = path.with_suffix(".part")
    draft.write_bytes(pickle.dumps(result))
    draft.replace(path)


def replay_partition(settings: Settings, partition: int, since_ms: int | None) -> "tuple[Summary, list[Move]]":
    """Replay one partition, and return its figures and differences.

    Raises:
        BusUnavailable: Kafka cannot be read.
    """
    from lapor.processes.routing import router
    from ops import replay as ops

    moves: list[ops.Move] = []
    mailbox, past = scanner(settings), scanner(settings)
    try:
        deleted = sum(mailbox.firsts(topic)[topic, partition] for topic in (COMPLAINTS, CASE_EVENTS))
        summary = ops.replay(
            mailbox.scan(COMPLAINTS, since_ms=since_ms, only=partition),
            past.scan(CASE_EVENTS, only=partition),
            router(settings),
            moves.append,
        )
        summary.deleted = deleted
    finally:
        mailbox.close()
        past.close()
    return summary, moves


if __name__ == "__main__":
    main()
