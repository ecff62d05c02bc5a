"""Shows the progress of long work: as bars in a terminal, elsewhere as a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 5.0


@contextmanager
def two_bars(total: int) -> Iterator[Callable[[str, int], None]]:
    """Yield a function to call with "sent" or "owned" and the total so far. It writes to stderr, so that stdout holds only results."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total)
        return
    columns = (TextColumn("{task.description:>6}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks = {name: progress.add_task(name, total=total) for name in ("sent", "owned")}
        yield lambda name, count: progress.update(tasks[name], completed=count)


def _lines(total: int) -> Callable[[str, int], None]:
    last = [time.monotonic()]

    def told(name: str, count: int) -> None:
        if time.monotonic() - last[0] >= LINE_EVERY_S:
            last[0] = time.monotonic()
            sys.stderr.write(f"{name} {count} of {total}\n")

    return told
