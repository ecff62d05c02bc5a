"""Shows on stderr how many lines a command has done: as a counter in a terminal, elsewhere as a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LINE_EVERY_S: Final = 5.0
"""Seconds between two lines where stderr is no terminal."""


@contextmanager
def line_counter() -> Iterator[Callable[[], None]]:
    """Yield a function to call once for each line that is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (BarColumn(), TextColumn("{task.completed} lines"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("lines", total=None)
        yield lambda: progress.advance(task)


@contextmanager
def share_counter(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with how many of how many are done. Nothing is shown where stderr is no terminal.

    Args:
        what: what is counted.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(what), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _lines() -> Callable[[], None]:
    done, last = 0, time.monotonic()

    def one_more() -> None:
        nonlocal done, last
        done += 1
        if time.monotonic() - last >= LINE_EVERY_S:
            last = time.monotonic()
            sys.stderr.write(f"{done} lines\n")

    return one_more
