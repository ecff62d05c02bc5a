"""Sends JSON lines through a pure function: as they come, in their order, by one process or by several."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import Queue
from threading import Event, Thread
from typing import BinaryIO, NamedTuple

from complaints.errors import LaporError
from lapor.processes.collector import settle

BLOCK_BYTES = 1 << 18
"""So much is read at once where it is there: some hundreds of lines, a few hundredths of a second of work."""

AHEAD = 2
"""Blocks that wait for each process, so that none idles and memory stays bounded."""

YOUNG_OBJECTS = 50_000
"""New objects between two collections: nearly all that a line makes is freed by its reference counts."""

_ERROR = b'{"error"'

Work = Callable[[bytes], bytes]
"""One line in, one line out, without line ends; what is wrong with a line is an object whose first field is "error"."""


class Block(NamedTuple):
    """Some lines of the input.

    Attributes:
        first: the number of the first line.
        lines: the lines without their ends.
    """

    first: int
    lines: list[bytes]


class Answer(NamedTuple):
    """The lines of the output for a block.

    Attributes:
        text: the lines with their ends.
        lines: how many they are.
        errors: how many of them are errors.
    """

    text: bytes
    lines: int
    errors: int


_working: list[Work] = []
"""The function of a worker process, set when it starts."""


def pump(source: BinaryIO, sink: BinaryIO, prepare: Callable[[], Work], *, jobs: int = 1) -> tuple[int, int]:
    """Send every line of the source through the function into the sink; return the count of lines, and of errors.

    A line is answered as soon as it is there: whoever writes one and waits gets its answer. Blank lines are passed over.

    Args:
        source: a file or a pipe; its descriptor is read, not its buffer.
        sink: is flushed after each block.
        prepare: makes the function; with more than one process it is called in each, so it can be pickled.
        jobs: how many processes work.

    Raises:
        LaporError: a worker process died.
        OSError: the source cannot be read, or nobody reads the sink any more.
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
    work = prepare()
    settle(YOUNG_OBJECTS)
    return work


def blocks(source: BinaryIO) -> Iterator[Block]:
    """Yield the lines as they come, each whole, the last one too where it has no end."""
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
    """Return what the function makes of a block; an error says which line it is."""
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
    prepare()  # where processes are forked they share what is compiled here
    waiting: Queue[Future[Answer] | BaseException | None] = Queue(maxsize=AHEAD * jobs)
    over = Event()
    try:
        with ProcessPoolExecutor(jobs, initializer=_start, initargs=(prepare,)) as pool:
            pool.submit(_ready).result()  # all processes are there before the thread is: a fork copies no threads
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
    """Hand out the blocks in their order; what goes wrong is raised where the answers are taken."""
    try:
        for block in blocks(source):
            if over.is_set():
                return
            waiting.put(pool.submit(_do, block))
    except (OSError, RuntimeError, BrokenProcessPool) as error:
        waiting.put(error)
    waiting.put(None)


def _start(prepare: Callable[[], Work]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is answered by the parent alone
    _working.append(_made(prepare))


def _ready() -> None:
    return


def _do(block: Block) -> Answer:
    return answer(block, _working[0])
