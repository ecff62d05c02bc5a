"""Runs one statement beside the thread that serves its client, so that the client can cancel it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import Final

from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import ServerError
from embedded.clickhouse.protocol.wire import Progress

# Blocks that wait for a slow client; the engine pauses when they are full, which bounds memory.
_BLOCKS_AHEAD: Final = 2
# How often a query that is to stop is asked again: it may not have begun yet when it was asked first.
_KILL_AGAIN_S: Final = 0.05


class Ended(Exception):
    """The statement ended well."""


class Execution:
    """A statement that runs; its blocks are taken with `next_block`.

    Args:
        engine: Stops the statement if it must be.
        connection: Runs it, and nothing else meanwhile.
        text: The statement.
        parameters: Values for its placeholders.
    """

    def __init__(self, engine: Engine, connection: EngineConnection, text: str, parameters: Mapping[str, str]) -> None:
        self._engine = engine
        self._connection = connection
        self._queue: queue.Queue[bytes | BaseException] = queue.Queue(maxsize=_BLOCKS_AHEAD)
        self._latest = Progress()
        self._told = Progress()
        self._finished = False
        self._thread = threading.Thread(
            target=self._work, args=(text, parameters), name=f"query-{connection.tag}", daemon=True
        )
        connection.watch(self._report)
        self._thread.start()

    def _report(self, latest: Progress) -> None:
        self._latest = latest

    def _work(self, text: str, parameters: Mapping[str, str]) -> None:
        try:
            for block in self._connection.stream(text, parameters):
                self._queue.put(block)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the client's thread
            self._queue.put(error)
        else:
            self._queue.put(Ended())

    def next_block(self, timeout_s: float) -> bytes | None:
        """Take the next block.

        Returns:
            The block in Native format, None if there was none in time.

        Raises:
            Ended: There is none any more.
            ServerError: The statement failed.
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
        """Stop the statement and wait until it has stopped."""
        while not self._finished:
            self._engine.kill(self._connection.tag)
            try:
                while self.next_block(_KILL_AGAIN_S) is not None:
                    pass
            except (Ended, ServerError):
                return

    def progress(self) -> Progress:
        """What was read since the last call."""
        latest, told = self._latest, self._told
        self._told = latest
        return Progress(
            rows=max(0, latest.rows - told.rows),
            bytes=max(0, latest.bytes - told.bytes),
            total_rows=max(0, latest.total_rows - told.total_rows),
            elapsed_ns=max(0, latest.elapsed_ns - told.elapsed_ns),
        )
