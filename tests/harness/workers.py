"""Runs workers of a step as processes, as `lapor run` does, each with its ordinal and its folder."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Run = Callable[..., subprocess.Popen[bytes]]
"""Starts a worker, with the next ordinal unless it is given, and with settings by their names in the environment."""


@contextmanager
def workers(service: str, brokers: str, folder: Path, **fixed: str) -> Iterator[Run]:
    """Give what starts workers; whatever still runs at the end is stopped.

    Args:
        service: the name of the step's service.
        brokers: of Kafka.
        folder: for the workers' data and logs.
        fixed: settings of all workers, by their names in the environment.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(ordinal: int | None = None, **settings: str) -> subprocess.Popen[bytes]:
        ordinal = len(running) if ordinal is None else ordinal
        data = folder / str(ordinal)
        environment = os.environ | {
            "LAPOR_KAFKA": brokers,
            "LAPOR_DATA": str(data),
            "LAPOR_ORDINAL": str(ordinal),
            "LAPOR_DEAD_LETTER_FUSE": "50",
            **fixed,
            **settings,
        }
        with data.with_suffix(".log").open("a") as log:
            command = [sys.executable, "-m", "lapor", "run", service]
            running.append(subprocess.Popen(command, env=environment, stderr=log))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
