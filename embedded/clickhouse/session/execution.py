"""Runs one statement in its own thread, so that the client's thread can cancel it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import Final, NamedTuple

from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import ServerError
from embedded.clickhouse.protocol.wire import Progress

# Maximum number of blocks that wait for a slow client. The engine pauses when the queue is full, which bounds memory.
_BLOCKS_AHEAD: Final = 2
# Pause before the engine is asked again to stop a query, which may not have begun when it was first asked.
_KILL_AGAIN_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 2.0


class Ended(Exception):
    """A statement ended without an error, and all blocks of its result were taken."""


class Work(NamedTuple):
    """A statement to run.

    Attributes:
        text: The statement.
        parameters: The values for the placeholders in it.
        form: The format of the result.
    """

    text: str
    parameters: Mapping[str, str]
    form: str = "Native"


class Execution:
    """A running statement. It starts at once, in its own thread; `next_block` returns its result, chunk by chunk.

    Args:
        engine: The engine that stops the statement if necessary.
        connection: The connection that runs the statement; it must run nothing else until the statement ends.
        work: The statement.
    """

    def __init__(self, engine: Engine, connection: EngineConnection, work: Work) -> None:
        self._engine = engine
        self._connection = connection
        self._queue: queue.Queue[bytes | BaseException] = queue.Queue(maxsize=_BLOCKS_AHEAD)
        self._latest = Progress()
        self._told = Progress()
        self._finished = False
        self._thread = threading.Thread(target=self._work, args=(work,), name=f"query-{connection.tag}", daemon=True)
        connection.watch(self._report)
        self._thread.start()

    def _report(self, latest: Progress) -> None:
        """Keep the progress, but only its time for a reader: the number of rows that a view read would reveal how much it hides."""
        account = self._connection.account
        self._latest = Progress(elapsed_ns=latest.elapsed_ns) if account and account.reads_only else latest

    def _work(self, work: Work) -> None:
        try:
            for block in self._connection.stream(*work):
                self._queue.put(block)
        except BaseException as error:  # noqa: BLE001 - next_block raises it again in the client's thread
            self._queue.put(error)
        else:
            self._queue.put(Ended())

    def next_block(self, timeout_s: float) -> bytes | None:
        """Wait for the next chunk of the result, which holds one or more whole blocks, and return it.

        Returns:
            The chunk in the format of the result; None if none came within ``timeout_s`` seconds.

        Raises:
            Ended: The statement ended and there are no more chunks.
            ServerError: The statement failed. Any other error of the statement's thread is raised here too.
        """
        try:
            item = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(item, BaseException):
            self._finished = True
            self._thread.join()
            self._connection.watch(None)
            raise item
        return item

    def stop(self) -> None:
        """Stop the statement, discard its remaining blocks and wait until it has stopped; do nothing if it has ended.

        Raises:
            EngineError: chDB refused to stop it.
        """
        pause_s = _KILL_AGAIN_S
        while not self._finished:
            self._engine.kill(self._connection.tag)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            try:
                while self.next_block(pause_s) is not None:
                    pass
            except (Ended, ServerError):
                return

    @property
    def totals(self) -> Progress:
        """The statement's progress since its start."""
        return self._latest

    def progress(self) -> Progress:
        """Return the increase of the statement's progress since the last call of this method, or since the start if there was none.

        A number that fell counts as 0.
        """
        latest, told = self._latest, self._told
        self._told = latest
        return Progress(
            rows=max(0, latest.rows - told.rows),
            bytes=max(0, latest.bytes - told.bytes),
            total_rows=max(0, latest.total_rows - told.total_rows),
            elapsed_ns=max(0, latest.elapsed_ns - told.elapsed_ns),
        )
