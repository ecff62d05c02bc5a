"""kill -9 of the sink and of ClickHouse while facts flow: afterwards each row is there, and is shown once."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest

from complaints.bus.envelope import encode
from complaints.errors import StoreUnavailable
from tests.harness.facts import opened, routed
from tests.harness.numbers import number
from tests.harness.sink import SinkHouse, made_database
from tests.harness.support import KafkaServer, start_clickhouse, wait_until

A_SINK = """
import sys, threading
from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer
from complaints.bus.step.held.orders import Orders
from complaints.crypto import Keyring
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import TOPICS
from sinks.clickhouse.sink import Pace, Sink

brokers, group, address = sys.argv[1:]
orders = Orders(brokers, group)
orders.begin()
number = Keyring.from_secret(b'a secret of the tests, 32 bytes long').numbers
consumer = ConfluentConsumer(brokers, group=group, topics=list(TOPICS))
pace = Pace(most_rows=200, interval_s=0.1)
Sink(consumer, Store(address), ConfluentProducer(brokers), pace, orders, number=number).run(threading.Event(), lambda _: None)
"""

MOST_WAIT_S = 0.5
"""A part dies at most this long after the first new rows: within one of the next few batches."""


class Mortals:
    """A sink and a ClickHouse as processes, and facts of cases that are sent meanwhile."""

    def __init__(self, kafka: KafkaServer, folder: Path) -> None:
        """Start both."""
        self._folder = folder
        self._clickhouse, server = start_clickhouse(folder)
        self._port = server.rpartition(":")[2]
        self.house = SinkHouse(kafka.brokers, made_database(server))
        self._sink = self._new_sink()
        self.sent: list[str] = []
        self._stored = 0
        self._enough = Flag()
        self._sender = Thread(target=self._send, daemon=True)
        self._sender.start()

    def _new_sink(self) -> subprocess.Popen[bytes]:
        house = self.house
        return subprocess.Popen([sys.executable, "-c", A_SINK, house.brokers, house.name, house.address])

    def _send(self) -> None:
        while not self._enough.wait(0.02):
            of = self.house.complaint()
            self.house.send(encode(opened(of), source="/tests"), encode(routed(of), source="/tests"))
            self.sent.append(str(number.id(of.id)))

    def kill_the_sink(self) -> None:
        """Another one follows; the broker gives it the partitions when it has missed the first."""
        self._sink.kill()
        self._sink.wait(30)
        self._sink = self._new_sink()

    def kill_clickhouse(self) -> None:
        """Another one follows on the same folder and port."""
        self._clickhouse.kill()
        self._clickhouse.wait(30)
        command = [sys.executable, "-m", "embedded.clickhouse", "--port", self._port, "--data-dir", str(self._folder)]
        self._clickhouse = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def end(self) -> None:
        """Send no more."""
        self._enough.set()
        self._sender.join(30)

    def close(self) -> None:
        """End both."""
        self.end()
        for process in (self._sink, self._clickhouse):
            process.kill()
            process.wait(30)
        self.house.close()

    def shown(self, view: str) -> list[str]:
        """The cases in a table or view; none while ClickHouse is away."""
        try:
            return sorted(str(id_) for (id_,) in self.house.store.execute(f"SELECT complaint_id FROM {view}"))
        except StoreUnavailable:
            return []

    def wait_for_more(self) -> None:
        """Wait until more cases are stored than at the last time."""
        wait_until(lambda: len(self.shown("complaints")) > self._stored, what="more rows", timeout_s=60)
        self._stored = len(self.shown("complaints"))


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_each_row_is_shown_once_whatever_dies(kafka: KafkaServer, tmp_path: Path, kills: int) -> None:
    """Each is killed in turn, at any moment of its work; facts flow all the time."""
    dice, mortals = random.Random(kills), Mortals(kafka, tmp_path / "clickhouse")  # the same moments each time
    try:
        parts: list[Callable[[], None]] = [mortals.kill_the_sink, mortals.kill_clickhouse]
        for at in range(kills):
            mortals.wait_for_more()
            time.sleep(dice.random() * MOST_WAIT_S)
            parts[at % 2]()
        mortals.end()
        ids = sorted(mortals.sent)
        assert len(ids) == len(set(ids)) > kills
        for view, rows in (("complaints", ids), ("dispositions", ids), ("case_events", sorted(ids * 2))):
            wait_until(lambda view=view, rows=rows: len(mortals.shown(view)) >= len(rows), what=view, timeout_s=60)  # type: ignore[misc]
            assert mortals.shown(view) == rows
        assert mortals.house.rows("dead_letters") == 0
    finally:
        mortals.close()
