"""The view as a process, on a real broker, with the records that the router's step writes in its transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from complaints.bus import Record
from complaints.contract import CASE_EVENTS, CASES
from complaints.errors import UnavailableError
from complaints.fact import FactKind
from tests.harness.cases.made import Story, Transactions
from tests.harness.events import DPU, PEMDA
from tests.harness.support import KafkaServer, wait_until
from tests.harness.view import ViewProcess, remake_topics
from view.client import ViewClient


@pytest.fixture
def step(kafka: KafkaServer) -> Transactions:
    """Who writes."""
    return Transactions(kafka.brokers, f"step-{uuid4().hex}")


@pytest.fixture
def view(kafka: KafkaServer, tmp_path: Path) -> Iterator[ViewProcess]:
    """A view that is not started."""
    made = ViewProcess(kafka.brokers, tmp_path / "view")
    yield made
    made.end()


@pytest.fixture
def client(view: ViewProcess) -> Iterator[ViewClient]:
    """A client of it."""
    made = view.client()
    yield made
    made.close()


def has_facts(client: ViewClient, story: Story) -> bool:
    """Return whether the view has all facts of a case."""
    return [fact.id for fact in client.facts(story.code)] == [fact.id for fact in story.facts]


def has_all(view: ViewProcess, client: ViewClient, told: list[Story]) -> None:
    """Assert that the view has every case and every fact, once; the disk of the view says the same."""
    for story in told:
        assert story.case is not None
        found = client.case(story.code, version=story.case.version, wait_s=9)
        assert found is not None
        assert (found.version, found.owner, len(found.answers)) == (
            story.case.version,
            story.case.owner,
            len(story.case.answers),
        )
        wait_until(partial(has_facts, client, story), what="all facts")
    with sqlite3.connect(view.folder / "view" / "cases.db") as base:
        (facts,) = base.execute("SELECT COUNT(*) FROM facts").fetchone()
        (cases,) = base.execute("SELECT COUNT(*) FROM cases").fetchone()
    base.close()
    assert (cases, facts) == (len(told), sum(len(story.facts) for story in told))


def test_a_reader_sees_its_command_s_result_within_a_moment(
    kafka: KafkaServer, step: Transactions, view: ViewProcess, client: ViewClient
) -> None:
    """It waits for the result; nobody polls. The view says that it is up to date."""
    remake_topics(kafka.brokers)
    view.start()
    story, command = Story(), uuid4()
    step.write(story.records())
    assert client.result(story.code, story.complaint.id, wait_s=10)
    story.refuse(command)
    writing = threading.Timer(0.5, step.write, [story.records(since=2)])
    writing.start()
    facts = client.result(story.code, command, wait_s=10)
    assert [fact.kind for fact in facts] == [FactKind.refused, FactKind.routed]
    status = client.status(story.code)
    assert status is not None
    assert status.owner == PEMDA.name
    writing.join()
    said = view.health().json()
    assert said["behind_ms"] < 3000
    assert {one["topic"] for one in said["partitions"]} == {CASES, CASE_EVENTS}
    assert len(said["partitions"]) == 24


def test_what_a_transaction_wrote_is_seen_when_it_is_committed_and_never_if_it_is_aborted(
    kafka: KafkaServer, step: Transactions, view: ViewProcess, client: ViewClient
) -> None:
    """A step that is killed leaves aborted records."""
    remake_topics(kafka.brokers)
    view.start()
    kept, dropped = Story(1), Story(2)
    step.write(dropped.records(), commit=False)
    step.begin()
    step.send(kept.records())
    step.flush()
    assert client.case(kept.code, version=1, wait_s=1) is None
    step.commit()
    assert client.case(kept.code, version=2, wait_s=9) is not None
    view.stop()
    view.start()
    assert client.case(dropped.code) is None
    has_all(view, client, [kept])


def test_while_kafka_is_away_the_view_answers_and_says_how_far_it_is_behind(
    kafka: KafkaServer, view: ViewProcess, client: ViewClient
) -> None:
    """It reads on by itself. A view that starts meanwhile has caught up only when Kafka is back."""
    remake_topics(kafka.brokers)
    before, after = Story(1), Story(2)
    Transactions(kafka.brokers, f"before-{uuid4().hex}").write(before.records())
    view.start()
    late = ViewProcess(kafka.brokers, view.folder.parent / "late")
    late.start()
    late.stop()
    kafka.kill()
    late.start(ready=False)
    wait_until(lambda: view.health().json()["behind_ms"] > 2000, what="a view that is behind")
    assert client.status(before.code) is not None
    wait_until(lambda: late.health().status_code == 503, what="the late view's interface")
    with closing(late.client()) as asking, pytest.raises(UnavailableError):
        asking.status(before.code)
    kafka.start()
    Transactions(kafka.brokers, f"after-{uuid4().hex}").write(after.records())
    wait_until(lambda: client.case(after.code) is not None, what="the view's next record")
    wait_until(lambda: late.health().status_code == 200, what="the late view")
    has_all(view, client, [before, after])
    late.stop()


def test_a_record_that_cannot_be_read_is_skipped_and_logged(
    kafka: KafkaServer, step: Transactions, view: ViewProcess, client: ViewClient
) -> None:
    """With its place; everything else is read. A tombstone deletes its case."""
    remake_topics(kafka.brokers)
    story, other = Story(1), Story(2)
    key = story.code.encode()
    step.write([*story.records(), *other.records()])
    step.write([Record(topic=topic, key=key, value=b"poison") for topic in (CASES, CASE_EVENTS)])
    step.delete(CASE_EVENTS, story.code)
    story.refuse(uuid4(), DPU)
    step.write([Record(topic=CASES, key=b"\x00position", value=b'{"offset":1}'), *story.records(since=2)])
    view.start()
    has_all(view, client, [story, other])
    assert view.log.count("cannot be read and is skipped") == 3
    step.delete(CASES, other.code)
    wait_until(lambda: client.case(other.code) is None, what="the end of a case")
    assert client.facts(other.code) == ()
