"""`lapor generate --into topics` writes invented cases as records: the sink stores each once, officers can act on them, nobody is told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from complaints.bus import StoredRecord
from complaints.bus.control import pause, resume
from complaints.bus.step.contract import State
from complaints.calendar import ms_of
from complaints.command import Accept
from complaints.contract import COMPLAINTS, CONVERSATIONS, NEIGHBOURS, SENDS
from complaints.crypto import load_or_create_secret
from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from lapor.processes import history as to_kafka
from lapor.processes import reference
from lapor.processes.wiring import board
from ops.analysts.history import History
from router.cases.step import STEP
from router.routing import Router
from sinks.clickhouse.client import Store
from sinks.clickhouse.reference import refresh
from tests.harness.columns import unlisted
from tests.harness.house import House, stored
from tests.harness.sink import SinkHouse
from tests.harness.support import KafkaServer, wait_until

NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
CASES = 300
TABLES_OF = {
    "lapor.cases": ("case_now",),
    "lapor.case-events": ("case_event_rows",),
    "lapor.message-events": ("message_rows", "reply_rows", "delivery_rows"),
}
"""The tables with one row for each record of a topic."""


@pytest.fixture
def house(kafka: KafkaServer, unmerged: str) -> Iterator[SinkHouse]:
    """An empty database and a sink's group at the end of the topics."""
    made = SinkHouse(kafka.brokers, unmerged)
    yield made
    made.close()


@pytest.fixture
def settings(house: SinkHouse, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of an installation with a secret."""
    folder = tmp_path_factory.mktemp("installation")
    load_or_create_secret(folder / "secret")
    made = Settings(kafka=house.brokers, clickhouse=house.address, data=folder, secret_file=folder / "secret")
    refresh(house.store, reference.digest(), reference.tables)
    return made


def generate(settings: Settings, store: Store, *, seed: int = 7) -> None:
    """Write the cases of a history of a year."""
    history = History(complaints=CASES, days=365, seed=seed, until=date(2026, 11, 30))
    counted: list[int] = []
    to_kafka.into_topics(settings, history, store, done=counted.append)
    assert counted[-1] == CASES


def since(house: SinkHouse, topic: str, begin: dict[tuple[str, int], int]) -> list[StoredRecord]:
    """Return the records of a topic from some offsets on."""
    return [record for batch in house.scanner.scan(topic, start=begin) for record in batch]


def test_the_sink_stores_each_case_once_and_nobody_is_told(house: SinkHouse, settings: Settings) -> None:
    """With values that the dictionary lists. A second run writes the same cases; no mailbox has a record."""
    mailboxes = (COMPLAINTS, CONVERSATIONS, SENDS, NEIGHBOURS)
    ends = {topic: dict(house.scanner.ends(topic)) for topic in (*mailboxes, *TABLES_OF)}

    def is_stored() -> bool:
        return all(
            sum(map(house.rows, tables)) == len(since(house, topic, ends[topic])) for topic, tables in TABLES_OF.items()
        )

    house.sink()
    generate(settings, house.store)
    wait_until(is_stored, timeout_s=60, what="every row")
    whole = "SELECT count(), countIf(owner_id != ''), countIf(normaliser_version = 'history') FROM cases"
    assert house.store.execute(whole) == [(CASES, CASES, CASES)]
    known = "uniq(state) > 4, countIf(stars > 0) > 10, countIf(refusals > 0) > 5, max(answers) = 2, uniq(channel)"
    assert house.store.execute(f"SELECT {known} FROM cases") == [(1, 1, 1, 1, 5)]
    never = "first_routed_at < received_at OR ended_at < first_routed_at OR ended_at > '2026-11-30 18:00:00'"
    assert house.store.execute(f"SELECT countIf({never}) FROM cases") == [(0,)]
    lives = "SELECT sum(cityHash64(complaint_id, state, owner_id, received_at, stars, version)) FROM cases"
    counts = [f"SELECT count() FROM {view}" for view in ("case_events", "messages", "replies", "deliveries")]
    first = [house.store.execute(query) for query in (lives, *counts)]
    assert all(count >= CASES for ((count,),) in first[1:])
    assert unlisted(house.store) == {}
    generate(settings, house.store)
    wait_until(is_stored, timeout_s=60, what="every row")
    assert house.rows("case_now") == 2 * CASES
    assert [house.store.execute(query) for query in (lives, *counts)] == first
    for topic in mailboxes:
        assert since(house, topic, ends[topic]) == [], topic


def test_an_officer_can_act_on_an_invented_case(house: SinkHouse, settings: Settings) -> None:
    """The document on Kafka is a state of the router's step, with its timer."""
    begin = dict(house.scanner.ends("lapor.cases"))
    generate(settings, house.store, seed=8)
    router = House(Router.load())
    for record in since(house, "lapor.cases", begin):
        router.states[COMPLAINTS, record.key or b""] = State(record.value or b"")
        due = dict(record.headers).get("due")
        assert due is None or int(due) > ms_of(NOW)
    code, open_ = next(
        (key.decode(), case) for key in router.documents if (case := router.case(key.decode())).state == "routed"
    )
    command = Accept(id=uuid4(), tracking_code=code, actor=open_.owner.id, received_at=NOW)
    router.work(stored(command, at_ms=ms_of(NOW)))
    assert router.case(code).state == "accepted"


def test_it_asks_for_a_paused_router(house: SinkHouse, settings: Settings) -> None:
    """A router that works would pass the documents over."""
    with pytest.raises(ConfigurationError, match=f"lapor pause {STEP}"):
        to_kafka.require_paused(settings)
    control = board(house.brokers)
    control.write([pause(STEP, since_ms=1)])
    to_kafka.require_paused(settings)
    control.write([resume(STEP)])
