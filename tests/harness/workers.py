"""Runs workers of a step as processes, as `lapor run` does, each with its ordinal and its folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness import warm

Run = Callable[..., warm.Running]
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
    running: list[warm.Running] = []

    def start(ordinal: int | None = None, **settings: str) -> warm.Running:
        ordinal = len(running) if ordinal is None else ordinal
        data = folder / str(ordinal)
        environment = {
            "LAPOR_KAFKA": brokers,
            "LAPOR_DATA": str(data),
            "LAPOR_ORDINAL": str(ordinal),
            "LAPOR_DEAD_LETTER_FUSE": "50",
            **fixed,
            **settings,
        }
        running.append(warm.run("lapor", "run", service, log=data.with_suffix(".log"), **environment))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
