"""What the kill tests share: their servers, their seed, and what they say at their end."""

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from complaints.contract import PARTITIONS
from sinks.clickhouse.client import Store
from tests.harness.support import KafkaServer, start_clickhouse, start_kafka

T = TypeVar("T", bound="Trial")


@contextmanager
def reported(trial: T, capsys: pytest.CaptureFixture[str]) -> Iterator[T]:
    """Print the figures of a run at its end, whatever came of it; with the logs unless all was well."""
    try:
        yield trial
    finally:
        if trial.said.get("violations") != 0:
            print(trial.logs())  # noqa: T201  # pytest shows it with the failure
        trial.close()
        with capsys.disabled():
            print(f"\n{json.dumps(trial.said)}")  # noqa: T201  # the figures of the run


class Trial:
    """One run of a kill test.

    Attributes:
        seed: of all that is left to chance; LAPOR_KILL_SEED repeats a run.
        said: what the run says at its end.
    """

    def __init__(self, folder: Path, *, seed: int | None = None) -> None:
        self._folder = folder
        chance = os.environ.get("LAPOR_KILL_SEED") or random.SystemRandom().randrange(10**9)
        self.seed = int(chance) if seed is None else seed
        self.said: dict[str, object] = {"seed": self.seed}
        self._began = time.monotonic()
        self._closing = ExitStack()

    def _stage(self, name: str) -> None:
        self.said[f"{name}_s"] = round(time.monotonic() - self._began, 1)

    def _start_kafka(self) -> KafkaServer:
        server = start_kafka(self._folder / "kafka", partitions=PARTITIONS)  # so each worker has some with work
        self._closing.callback(server.stop)
        return server

    def _start_clickhouse(self) -> str:
        process, address = start_clickhouse(self._folder / "clickhouse")
        self._closing.callback(process.wait, 30)
        self._closing.callback(process.terminate)
        store = Store(address)
        store.execute("CREATE DATABASE lapor_kill")
        store.close()
        return f"{address}/lapor_kill"

    def logs(self) -> str:
        """Return the end of each log."""
        logs = sorted(self._folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def close(self) -> None:
        """End everything."""
        self._closing.close()
