"""kill -9 of the router's workers and of Kafka, in every phase, with records in hand: each record has its effect exactly once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from complaints.bus.step.place.positions import position_key
from complaints.crypto import Keyring
from sinks.clickhouse.client import Store
from tests.harness.cases.checker import Checker
from tests.harness.cases.feed import Feed
from tests.harness.cases.killer import Chaos, Killer, Processes, check_kills
from tests.harness.cases.log import Log, committed
from tests.harness.cases.plan import Plan, Sizes
from tests.harness.cases.tables import differences
from tests.harness.cases.view import view_differences
from tests.harness.numbers import secret_file
from tests.harness.support import free_port, wait_until
from tests.harness.trial import Trial, reported

VIEW_KEY = "a key of the kill test"

SETTLE_S = 120.0
"""How long the workers may take for what is left after the last kill."""


class CaseTrial(Trial):
    """One run with its processes."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        super().__init__(folder)
        self._keys = keys
        self._view = f"127.0.0.1:{free_port()}"

    def run(self, sizes: Sizes, chaos: Chaos) -> None:
        """Feed, kill, settle and check."""
        with ThreadPoolExecutor() as pool:  # each takes seconds
            kafka, clickhouse = pool.submit(self._start_kafka), pool.submit(self._start_clickhouse)
            plan = Plan(self.seed, self._keys)
            records = plan.records(sizes)
        server, address = kafka.result(), clickhouse.result()
        settings = {"KAFKA": server.brokers, "CLICKHOUSE": address, "VIEW": self._view, "VIEW_KEY": VIEW_KEY}
        settings["SECRET_FILE"] = str(secret_file(self._folder))
        processes = Processes.start(self._folder, chaos, settings)
        self._closing.callback(processes.stop)
        feed = Feed(server.brokers, records, self.seed)
        self._closing.callback(feed.close)
        self._stage("started")
        killer = Killer(processes, server, feed, chaos, self.seed, len(records))
        try:
            killer.run()
        finally:
            self.said |= killer.report()
        self._stage("killed")
        feed.finish(SETTLE_S)
        wait_until(lambda: settled(server.brokers), timeout_s=SETTLE_S, what="the end of the mailboxes")
        self._stage("settled")
        checker = Checker(Log.read(server.brokers), administrator=plan.law.administrator_id)
        checker.check((record.key, record.value) for record in records)
        self._check_copies(checker, address)
        check_kills(processes, chaos)

    def _check_copies(self, checker: Checker, address: str) -> None:
        """Compare ClickHouse and the view with the log, and say everything that is wrong."""
        store = Store(address)
        checker.violations += differences(store, checker)
        store.close()
        checker.violations += view_differences(f"http://{self._view}", VIEW_KEY, checker)
        self.said |= {"counts": dict(sorted(checker.counts.items())), "violations": len(checker.violations)}
        self._stage("checked")
        assert not checker.violations, "\n".join(checker.violations[:40])


def settled(brokers: str) -> bool:
    """Return whether the workers' positions have passed the last record of each mailbox."""
    last = {entry.partition: entry.offset for entry in committed(brokers, "lapor.complaints")}
    positions = {
        entry.partition: entry.said["offset"]
        for entry in committed(brokers, "lapor.cases")
        if entry.key == position_key("lapor-router")
    }
    return all(positions.get(partition, 0) > offset for partition, offset in last.items())


@pytest.fixture
def trial(tmp_path: Path, keys: Keyring, capsys: pytest.CaptureFixture[str]) -> Iterator[CaseTrial]:
    """A run whose report is printed at its end, whatever came of it; with the logs unless all was well."""
    with reported(CaseTrial(tmp_path, keys), capsys) as made:
        yield made


@pytest.mark.long
@pytest.mark.timeout(500)
def test_each_record_has_its_effect_once_whatever_dies(trial: CaseTrial) -> None:
    """A small run of the next test: two workers, a kill in each phase, a pause, a wiped folder, and Kafka once."""
    trial.run(Sizes(cases=300, records=1500), Chaos(workers=2, kills=8, pauses=1, wipes=1, kafka=1, readers=1))


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_30000_records_on_6000_cases_with_60_kills(trial: CaseTrial) -> None:
    """Three workers, each phase at least three times, ten pauses, three wiped folders, Kafka killed five times: exactly once, in order."""
    trial.run(Sizes(cases=6000, records=30_000), Chaos(workers=3, kills=60, pauses=10, wipes=3, kafka=5, readers=5))
