"""What the plans of the kill tests share: servers, processes, the seed, and what a run says at its end."""

import json
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import pytest

from complaints.contract import PARTITIONS
from complaints.crypto import Keyring
from sinks.clickhouse.client import Store
from tests.harness.kill.deleter import Deleter
from tests.harness.kill.killer import Chaos, Killer, Pipeline, Work, check_kills
from tests.harness.numbers import SECRET, secret_file
from tests.harness.support import KafkaServer, free_port, start_clickhouse, start_kafka

SERVING: Final = ("web", "webhook", "view")
"""The services with an address."""

VIEW_KEY: Final = "a key of the kill test"

QUICK: Final = {
    "PRODUCE_TIMEOUT_S": "3",
    "X_POLL_S": "0.3",
    "TELEGRAM_POLL_S": "5",
    "CONVERSATION_BATCH": "40",
    "ROUTER_BATCH": "40",
    "NEIGHBOURS_BATCH": "40",
    "SINK_INTERVAL_S": "0.5",
    "WEB_READS": "1000000/minute",  # all citizens are one client here
    "WEB_WRITES": "1000000/minute",
    "REPLIES_PER_HOUR": "100",
}
"""Small batches and short pauses, so that there are many moments to die at."""

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
        self._folder, self._keys = folder, Keyring.from_secret(SECRET)
        chance = os.environ.get("LAPOR_KILL_SEED") or random.SystemRandom().randrange(10**9)
        self.seed = int(chance) if seed is None else seed
        self.said: dict[str, object] = {"seed": self.seed}
        self._began = time.monotonic()
        self._closing = ExitStack()

    def _stage(self, name: str) -> None:
        self.said[f"{name}_s"] = round(time.monotonic() - self._began, 1)

    def _start_kafka(self, partitions: int = PARTITIONS) -> KafkaServer:
        # so many that each worker has some with work
        server = start_kafka(self._folder / "kafka", partitions=partitions)
        self._closing.callback(server.stop)
        self._server = server
        return server

    def _start_clickhouse(self) -> str:
        process, address = start_clickhouse(self._folder / "clickhouse")
        self._closing.callback(process.wait, 30)
        self._closing.callback(process.terminate)
        store = Store(address)
        store.execute("CREATE DATABASE lapor_kill")
        store.close()
        return f"{address}/lapor_kill"

    def _start(self, counts: Mapping[str, int], **settings: str) -> None:
        """Start the processes of ours, with small batches and short pauses, so that there are many moments to die at.

        Args:
            counts: how many of each service.
            settings: by their names without LAPOR_.
        """
        self._addresses = {
            f"{name}-{at}": f"127.0.0.1:{free_port()}" for name in SERVING for at in range(counts.get(name, 0))
        }
        common = QUICK | {"KAFKA": self._server.brokers, "SECRET_FILE": str(secret_file(self._folder))} | settings
        if (view := self._addresses.get("view-0")) is not None:
            common |= {"VIEW_KEY": VIEW_KEY, "VIEW": view, "VIEW_URL": f"http://{view}"}
        own = {name: {name.partition("-")[0].upper(): at} for name, at in self._addresses.items()}
        self._pipeline = Pipeline.start(self._folder, counts, common, own)
        self._closing.callback(self._pipeline.stop)

    def _kill(self, work: Work, chaos: Chaos, deleter: Deleter | None = None) -> Killer:
        return Killer(self._pipeline, self._server, work, chaos, self.seed, deleter)

    def _conclude(self, chaos: Chaos, found: Sequence[str], **said: object) -> None:
        """Say what was found, hold that it is nothing, and that the run did what it promised."""
        self.said |= said | {"violations": len(found)}
        self._stage("checked")
        assert not found, "\n".join(found[:60])
        check_kills(self._pipeline, chaos)

    def logs(self) -> str:
        """Return the end of each log."""
        logs = sorted(self._folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def close(self) -> None:
        """End everything."""
        self._closing.close()
