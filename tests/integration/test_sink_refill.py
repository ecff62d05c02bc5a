"""A ClickHouse that was lost is filled again by the sink itself, on the real servers."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Consumer

from complaints.bus.confluent.groups import forget
from complaints.errors import ConfigurationError
from complaints.tracking import Numbers
from sinks.clickhouse.client import Store
from tests.harness.sink import SinkHouse, new_database
from tests.harness.support import KafkaServer, wait_until
from tests.harness.workers import workers


@pytest.fixture
def house(kafka: KafkaServer, unmerged: str) -> Iterator[SinkHouse]:
    """A database and a writer of facts."""
    made = SinkHouse(kafka.brokers, unmerged)
    yield made
    made.close()


KEY = "a key of the tests"


@contextmanager
def sink(house: SinkHouse, address: str, data: Path) -> Iterator[Store]:
    """Run the sink as a service, and yield a connection to its database."""
    # a key, as in a container, which has no secret
    known = {"LAPOR_CLICKHOUSE": address, "LAPOR_CASE_NUMBER_KEY": KEY, "LAPOR_SINK_INTERVAL_S": "0.1"}
    with closing(Store(address)) as store, workers("sink", house.brokers, data, **known) as run:
        run()
        yield store


def has(store: Store, made: list[UUID]) -> bool:
    """Return whether the database has these complaints."""
    if not store.execute("EXISTS TABLE complaint_rows")[0][0]:
        return False
    ids = tuple(map(Numbers(KEY.encode()).id, made))
    ((count,),) = store.execute(
        "SELECT uniqExact(complaint_id) FROM complaint_rows WHERE complaint_id IN %(ids)s",
        {"ids": ids},
    )
    return int(count) == len(made)


def test_a_new_database_gets_all_that_the_one_before_had(
    house: SinkHouse, clickhouse_server: str, tmp_path: Path
) -> None:
    """Nobody has to reset anything; and a database that is there goes on where it was."""
    first = house.publish(3)
    with sink(house, lost := new_database(clickhouse_server), tmp_path) as store:
        wait_until(lambda: has(store, first), what="the first rows", timeout_s=60)
    more = house.publish(2)
    with sink(house, new_database(clickhouse_server), tmp_path) as store:
        wait_until(lambda: has(store, first + more), what="all rows again", timeout_s=60)
    last = house.publish(1)
    with sink(house, lost, tmp_path) as store:
        wait_until(lambda: has(store, last), what="the last row", timeout_s=60)
        assert not has(store, more)  # it went on; the group had passed them


def test_a_group_with_members_is_not_forgotten(kafka: KafkaServer) -> None:
    """They would overwrite it. One that does not exist is nothing to forget."""
    group = f"g-{uuid4().hex[:8]}"
    assert not forget(kafka.brokers, group)
    member = Consumer({"bootstrap.servers": kafka.brokers, "group.id": group})
    member.subscribe(["lapor.control"])
    wait_until(lambda: member.poll(0.1) is None and bool(member.assignment()), what="a member", timeout_s=30)
    with pytest.raises(ConfigurationError, match=f"{group} has members"):
        forget(kafka.brokers, group, patience_s=0.5)
    member.close()
    assert forget(kafka.brokers, group)
