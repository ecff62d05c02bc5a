"""Applies a function to JSON lines as soon as they arrive, in one process or several, and writes its answers in the same order."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import Queue
from threading import Event, Thread
from typing import BinaryIO, NamedTuple

from complaints.errors import LaporError
from complaints.runtime.loading import without_collector
from lapor.processes.collector import settle

BLOCK_BYTES = 1 << 18
"""Maximum number of bytes per read: some hundreds of lines, which take a few hundredths of a second to process."""

AHEAD = 2
"""Number of blocks queued per process: no process is idle, and memory stays bounded."""

YOUNG_OBJECTS = 50_000
"""Number of new objects between two garbage collections. Reference counting frees nearly all objects that a line creates."""

_ERROR = b'{"error"'

Work = Callable[[bytes], bytes]
"""A function from one line to one line, both without line ends. For a bad line it returns an object whose first field is "error"."""


class Block(NamedTuple):
    """Consecutive lines of the input, which are processed together.

    Attributes:
        first: the number of the first line, counted from 1.
        lines: the lines without their ends.
    """

    first: int
    lines: list[bytes]


class Answer(NamedTuple):
    """The lines of the output for one block of input lines.

    Attributes:
        text: the lines with their ends.
        lines: the number of lines.
        errors: the number of lines that are errors.
    """

    text: bytes
    lines: int
    errors: int


_working: list[Work] = []
"""The function of a worker process, set when it starts."""


def pump(source: BinaryIO, sink: BinaryIO, prepare: Callable[[], Work], *, jobs: int = 1) -> tuple[int, int]:
    """Apply a function to every line of the source, write its answers to the sink, and return the number of answers and of errors.

    Each line is answered as soon as it arrives, so a program can write one line and wait for its answer. Blank lines are skipped.

    Args:
        source: a file or a pipe. Its file descriptor is read directly, not its buffer.
        sink: the output, flushed after each block.
        prepare: makes the function. With several processes it is called in each of them, so it must be picklable.
        jobs: the number of processes.

    Raises:
        LaporError: a worker process died.
        OSError: the source cannot be read, or the reader of the sink has closed it.
    """
    lines = errors = 0
    answers = _by_one(source, _made(prepare)) if jobs == 1 else _by_many(source, prepare, jobs)
    for text, count, broken in answers:
        sink.write(text)
        sink.flush()
        lines += count
        errors += broken
    return lines, errors


def _made(prepare: Callable[[], Work]) -> Work:
    with without_collector():
        work = prepare()
    settle(YOUNG_OBJECTS)
    return work


def blocks(source: BinaryIO) -> Iterator[Block]:
    """Yield the lines of a file or pipe in blocks, each as soon as its lines are complete. The last line may lack its line end."""
    rest, number = bytearray(), 1
    while block := os.read(source.fileno(), BLOCK_BYTES):
        whole, newline, tail = block.rpartition(b"\n")
        if not newline:
            rest += block
            continue
        lines = (bytes(rest) + whole).split(b"\n")
        yield Block(number, lines)
        number += len(lines)
        rest = bytearray(tail)
    if rest:
        yield Block(number, [bytes(rest)])


def answer(block: Block, work: Work) -> Answer:
    """Apply the function to each line of a block that is not blank, and return its answers.

    An answer that is an error gets a field "line" with the number of its line.
    """
    out: list[bytes] = []
    errors = 0
    for number, line in enumerate(block.lines, block.first):
        if line.isspace() or not line:
            continue
        said = work(line)
        if said.startswith(_ERROR):
            errors += 1
            said = b'%s,"line":%d}' % (said[:-1], number)
        out.append(said)
    return Answer(b"".join([one + b"\n" for one in out]), len(out), errors)


def _by_one(source: BinaryIO, work: Work) -> Iterator[Answer]:
    for block in blocks(source):
        yield answer(block, work)


def _by_many(source: BinaryIO, prepare: Callable[[], Work], jobs: int) -> Iterator[Answer]:
    prepare()  # forked processes share the memory of what is loaded here
    waiting: Queue[Future[Answer] | BaseException | None] = Queue(maxsize=AHEAD * jobs)
    over = Event()
    try:
        with ProcessPoolExecutor(jobs, initializer=_start, initargs=(prepare,)) as pool:
            pool.submit(_ready).result()  # starts all processes before the thread: a fork copies no threads
            Thread(target=_read, args=(source, pool, waiting, over), daemon=True).start()
            try:
                while (future := waiting.get()) is not None:
                    if isinstance(future, BaseException):
                        raise future
                    yield future.result()
            finally:
                over.set()
    except BrokenProcessPool as error:
        raise LaporError(f"a worker process died ({error}); try fewer --jobs: each may need its own memory") from error


def _read(
    source: BinaryIO, pool: ProcessPoolExecutor, waiting: "Queue[Future[Answer] | BaseException | None]", over: Event
) -> None:
    """Submit the blocks of the source to the pool, and queue the futures of their answers in order; None follows the last.

    An error is queued in the same way, so that the thread that reads the queue can raise it. Ends early once `over` is set.
    """
    try:
        for block in blocks(source):
            if over.is_set():
                return
            waiting.put(pool.submit(_do, block))
    except (OSError, RuntimeError, BrokenProcessPool) as error:
        waiting.put(error)
    waiting.put(None)


def _start(prepare: Callable[[], Work]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the parent handles Ctrl-C
    _working.append(_made(prepare))


def _ready() -> None:
    return


def _do(block: Block) -> Answer:
    return answer(block, _working[0])
