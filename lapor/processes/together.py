"""Runs loops that share a process, each in a thread of its own. The end of one is the end of all."""

import threading
from collections.abc import Callable, Sequence

TURN_S = 0.5
"""Maximum number of seconds until the end of a loop is noticed."""


def run_together(works: Sequence[Callable[[], None]], stop: threading.Event) -> None:
    """Run functions until all have ended. When one ends, `stop` is set, and so the others end too; the supervisor starts all anew.

    Args:
        works: the functions; each ends soon after `stop` is set.
        stop: the signal to end.

    Raises:
        BaseException: the first error of a function.
    """
    crashes: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            crashes.append(error)
        finally:
            stop.set()

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(TURN_S)
    if crashes:
        raise crashes[0]
