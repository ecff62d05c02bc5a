"""Shows on stderr how far long work is: as bars in a terminal, elsewhere as a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 5.0
"""Seconds between two lines where stderr is no terminal."""


@contextmanager
def bars(*names: str, total: int | None = None, lines: bool = True) -> Iterator[Callable[..., None]]:
    """Yield a function to call with one of the names, how many of these are done and, if it is known only then, of how many.

    Args:
        names: what is counted.
        total: of how many, if it is known now; then the bars stay in the terminal.
        lines: whether to write lines where stderr is no terminal.
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
