"""kill -9 of the router's workers and of Kafka, in every phase, with records in hand: each record has its effect exactly once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.harness.cases.checker import Checker
from tests.harness.cases.feed import Feed
from tests.harness.cases.log import Topics
from tests.harness.cases.plan import Plan, Sizes
from tests.harness.kill.copies import differences, view_differences
from tests.harness.kill.killer import Chaos
from tests.harness.kill.trial import VIEW_KEY, Trial, reported
from tests.harness.lives.follower import Follower
from tests.harness.support import wait_until

SETTLE_S = 120.0
"""How long the workers may take for what is left after the last kill."""


class CaseTrial(Trial):
    """One run with its processes."""

    def run(self, sizes: Sizes, chaos: Chaos, *, workers: int) -> None:
        """Feed, kill, settle and check."""
        with ThreadPoolExecutor() as pool:  # each takes seconds
            kafka, clickhouse = pool.submit(self._start_kafka), pool.submit(self._start_clickhouse)
            plan = Plan(self.seed, self._keys)
            records = plan.records(sizes)
        brokers, address = kafka.result().brokers, clickhouse.result()
        self._start({"router": workers, "sink": 1, "view": 1}, CLICKHOUSE=address)
        feed = Feed(brokers, records, self.seed)
        self._closing.callback(feed.close)
        self._stage("started")
        killer = self._kill(feed, chaos)
        try:
            killer.run()
        finally:
            self.said |= killer.report()
        self._stage("killed")
        feed.finish(SETTLE_S)
        follower = Follower(brokers, "lapor.cases")
        self._closing.callback(follower.close)
        ours = sum(("ce_source", b"/tests") in record.headers for record in records)
        wait_until(lambda: follower.is_settled(0, fed=ours), timeout_s=SETTLE_S, what="the end of the mailboxes")
        self._stage("settled")
        topics = Topics.read(brokers)
        checker = Checker(topics, administrator=plan.law.administrator_id, exact=True)
        checker.check((record.key, record.value) for record in records)
        found = [*checker.violations, *differences(address, topics, checker)]
        found += view_differences(self._addresses["view-0"], VIEW_KEY, checker)
        self._conclude(chaos, found, counts=dict(sorted(checker.counts.items())))


@pytest.fixture
def trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[CaseTrial]:
    """A run whose report is printed at its end, whatever came of it; with the logs unless all was well."""
    with reported(CaseTrial(tmp_path), capsys) as made:
        yield made


@pytest.mark.long
@pytest.mark.timeout(500)
def test_each_record_has_its_effect_once_whatever_dies(trial: CaseTrial) -> None:
    """A small run of the next test: two workers, a kill in each phase, a pause, a wiped folder, and Kafka once."""
    kills = {"router": 8, "sink": 1, "view": 1}
    trial.run(Sizes(300, records=1500), Chaos(kills, pauses={"router": 1}, wipes={"router": 1}, kafka=1), workers=2)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_30000_records_on_6000_cases_with_60_kills(trial: CaseTrial) -> None:
    """Three workers, each phase at least three times, ten pauses, three wiped folders, Kafka killed five times: exactly once, in order."""
    kills = {"router": 60, "sink": 5, "view": 5}
    trial.run(Sizes(6000, records=30_000), Chaos(kills, pauses={"router": 10}, wipes={"router": 3}, kafka=5), workers=3)
