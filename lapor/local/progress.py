"""Shows the progress of long work on stderr: as bars in a terminal, elsewhere as a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 5.0
"""Seconds between two lines if stderr is no terminal."""


@contextmanager
def bars(*names: str, total: int | None = None, lines: bool = True) -> Iterator[Callable[..., None]]:
    """Yield a function that shows progress. Call it with a name, the number done and, if it is known only then, the total.

    Args:
        names: the names of the things that are counted.
        total: the total, if it is known now; then the bars stay in the terminal at the end.
        lines: whether to write lines if stderr is no terminal; otherwise nothing is shown there.
    """
    console = Console(stderr=True)
    if lines and not console.is_terminal:
        yield _lines(total)
        return
    columns = (TextColumn("{task.description:>6}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=total is None) as progress:
        tasks = {name: progress.add_task(name, total=total) for name in names}

        def told(name: str, done: int, total: int | None = total) -> None:
            progress.update(tasks[name], completed=done, total=total)

        yield told


def _lines(total: int | None) -> Callable[..., None]:
    last = time.monotonic()

    def told(name: str, done: int, total: int | None = total) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY_S:
            last = time.monotonic()
            sys.stderr.write(f"{done} {name}\n" if total is None else f"{name} {done} of {total}\n")

    return told
