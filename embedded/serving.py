"""Stops every stand-in cleanly on a signal."""

import asyncio
import signal

FINISH_S = 2
"""Seconds that a request in progress may still take after the stop of its stand-in."""


def stop_on_signals() -> asyncio.Event:
    """Return an asyncio event that is set when this process receives SIGTERM or SIGINT. Call it inside the running event loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
