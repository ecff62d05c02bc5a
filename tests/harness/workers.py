"""Runs workers of a step as processes, as `lapor run` does, each with its ordinal and its folder, and reads what they write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from complaints.bus.confluent import ConfluentScanner
from complaints.bus.envelope import type_of
from complaints.event import Complaint
from complaints.mail import MessageEvent
from tests.harness import warm

T = TypeVar("T", MessageEvent, Complaint)

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


class Topics:
    """What came to some topics since a test began."""

    def __init__(self, brokers: str, *names: str) -> None:
        self.scanner = ConfluentScanner(brokers)
        self._begin = {topic: self.scanner.ends(topic) for topic in names}

    def new(self, topic: str, type_: bytes = b"") -> list[bytes]:
        """Return the values that came, of a type if one is given."""
        return [
            stored.value or b""
            for batch in self.scanner.scan(topic, start=self._begin[topic])
            for stored in batch
            if not type_ or dict(stored.headers).get("ce_type") == type_
        ]

    def read(self, topic: str, as_: type[T]) -> list[T]:
        """Return the records of a type that came."""
        return [msgspec.json.decode(value, type=as_) for value in self.new(topic, type_of(as_))]
