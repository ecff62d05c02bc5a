"""Runs a replay over all partitions, several at a time, each in a process of its own."""

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import TYPE_CHECKING

from complaints.contract import CASE_EVENTS, COMPLAINTS
from complaints.runtime.settings import Settings
from lapor.processes.wiring import scanner

if TYPE_CHECKING:
    from ops.replay import Move, Summary


def replay(
    settings: Settings, *, since_ms: int | None, moved: "Callable[[Move], None]", told: Callable[[int, int], None]
) -> "Summary":
    """Decide past records again with today's rules, and return the figures. Nothing is written, and nobody is notified.

    Args:
        settings: the settings of the running stack.
        since_ms: where to begin, in milliseconds since 1970; None for the first record.
        moved: is told of each difference.
        told: is told how many partitions of how many are done.

    Raises:
        BusUnavailable: Kafka cannot be read.
    """
    from ops.replay import Summary

    began, whole, ends = time.monotonic(), Summary(), scanner(settings)
    total = len(ends.ends(COMPLAINTS))
    ends.close()
    spawn = get_context("spawn")  # the client of Kafka has threads, which no fork survives
    with ProcessPoolExecutor(min(os.cpu_count() or 1, total), mp_context=spawn, initializer=os.setsid) as pool:
        left = {pool.submit(replay_partition, settings, number, since_ms) for number in range(total)}
        try:
            while left:
                done, left = wait(left, return_when=FIRST_COMPLETED)
                for part in done:
                    summary, moves = part.result()
                    whole.add(summary)
                    for move in moves:
                        moved(move)
                told(total - len(left), total)
        except BaseException:  # Ctrl-C does not reach the others: they are of another session
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    whole.seconds = time.monotonic() - began
    return whole


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
