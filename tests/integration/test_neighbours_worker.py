"""The neighbours' worker as a process on the real Kafka: each pair once, whatever is killed; a flood; and echoes over several pages."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from complaints.bus.confluent import ConfluentProducer
from complaints.bus.envelope import AnyEvent, encode
from complaints.command import Echo, Merge
from complaints.contract import COMPLAINTS, DEAD_LETTERS, NEIGHBOURHOODS
from tests.harness.neighbours import code, joined, opened, told
from tests.harness.support import KafkaServer, wait_until
from tests.harness.workers import Run, Topics, workers

FLOOD = 5000
BEGAN = datetime.now(UTC) - timedelta(hours=2)
"""When the first report came: Kafka's clock says that it is now."""

TEXTS = (
    "banjir di kelurahan kaligawe masuk rumah setinggi lutut",
    "Kaligawe banjir lagi, air sudah masuk rumah warga",
    "tolong pak kaligawe kebanjiran rob tinggi skali",
    "Kelurahan Kaligawe terendam banjir sejak subuh, mohon pompa dinyalakan",
)


@pytest.fixture
def run(kafka: KafkaServer, tmp_path: Path) -> Iterator[Run]:
    """Starts workers; whatever still runs is stopped afterwards."""
    with workers("neighbours", kafka.brokers, tmp_path) as start:
        yield start


class Records(Topics):
    """What came since a test began, and what it writes."""

    def __init__(self, brokers: str) -> None:
        super().__init__(brokers, COMPLAINTS, NEIGHBOURHOODS, DEAD_LETTERS)
        self._producer = ConfluentProducer(brokers)

    def put(self, *events: AnyEvent) -> None:
        """Write records to the mailbox."""
        futures = [self._producer.send(encode(event, source="/tests")) for event in events]
        for future in futures:
            future.result(60)

    def close(self) -> None:
        """Close the connections."""
        self._producer.close()
        self.scanner.close()

    @property
    def commands(self) -> list[Merge | Echo]:
        """The commands to cases."""
        return [msgspec.json.decode(value, type=Merge | Echo) for value in self.new(COMPLAINTS)]

    def has(self, count: int) -> bool:
        """Return whether so many commands came."""
        return len(self.new(COMPLAINTS)) >= count


@pytest.fixture
def topics(kafka: KafkaServer) -> Iterator[Records]:
    """Empty as far as this test sees."""
    made = Records(kafka.brokers)
    yield made
    made.close()


def test_five_thousand_people_and_one_flood_in_two_minutes(topics: Records, run: Run) -> None:
    """All are proposed to the first one; and what is written of the state stays small."""
    floods = [
        opened(100_000 + number, TEXTS[number % 4], regency="33.21", at=BEGAN + timedelta(milliseconds=700 * number))
        for number in range(FLOOD)
    ]
    run()
    began = time.monotonic()
    topics.put(*floods)
    wait_until(partial(topics.has, FLOOD - 1), what="all merges", timeout_s=120)
    assert time.monotonic() - began < 60
    assert {one.other for one in topics.commands} == {code(100_000)}
    assert max(map(len, topics.new(NEIGHBOURHOODS))) < 1000


def test_what_a_main_case_tells_reaches_each_supporter_once(topics: Records, run: Run) -> None:
    """1,251 on three pages; each command can be read by the router."""
    run()
    topics.put(*(joined(1, number) for number in range(2, 1253)), told(1, event="answered", text="Sudah ditambal"))
    wait_until(partial(topics.has, 1251), what="all echoes", timeout_s=60)
    time.sleep(0.5)
    echoes = topics.commands
    assert len(echoes) == len({one.id for one in echoes}) == 1251
    assert {one.tracking_code for one in echoes} == {code(number) for number in range(2, 1253)}
    assert {isinstance(one, Echo) and (one.other, one.event, one.text) for one in echoes} == {
        (code(1), "answered", "Sudah ditambal")
    }
