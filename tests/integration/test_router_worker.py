"""The router's worker as a process on the real Kafka: each record once, poison aside, and a clean hand-over."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import httpx
import msgspec
import pytest
from confluent_kafka import Producer

from complaints.bus import Record
from complaints.bus.confluent import ConfluentProducer
from complaints.bus.confluent.profiles import transactional
from complaints.bus.control import Refusal, hold, pause, resume
from complaints.bus.envelope import encode
from complaints.command import Command, CommandKind
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS, CONTROL, CONVERSATIONS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.event import Complaint, DeadLetter
from complaints.fact import AnyFact, FactKind, Routed
from complaints.mail import Reply
from tests.harness.house import added, said
from tests.harness.support import KafkaServer, free_port, message, normalised, wait_until
from tests.harness.warm import Running
from tests.harness.workers import Run, Topics, workers

KEY = "a key for tests"


@pytest.fixture
def run_router(kafka: KafkaServer, tmp_path: Path) -> Iterator[Run]:
    """Starts workers, each with the next ordinal unless it is given; whatever still runs is stopped afterwards."""
    with workers("router", kafka.brokers, tmp_path, LAPOR_VIEW_KEY=KEY) as start:
        yield start


class Router(NamedTuple):
    """A worker that several tests share: its process, the address of its web endpoint, its log, and what starts others beside it."""

    process: Running
    web: str
    log: Path
    run: Run


@pytest.fixture(scope="class")
def router(kafka: KafkaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    """One worker with the ordinal 0."""
    folder, at = tmp_path_factory.mktemp("router"), f"127.0.0.1:{free_port()}"
    with workers("router", kafka.brokers, folder, LAPOR_VIEW_KEY=KEY) as start:
        yield Router(start(LAPOR_ROUTER_WEB=at), at, folder / "0.log", start)


class Cases(Topics):
    """What came to the topics of cases since a test began."""

    def facts(self) -> dict[UUID, list[AnyFact]]:
        """Return the facts that came, by complaint."""
        found: dict[UUID, list[AnyFact]] = {}
        for value in self.new(CASE_EVENTS):
            fact = msgspec.json.decode(value, type=AnyFact)
            found.setdefault(fact.complaint_id, []).append(fact)
        return found

    def owners(self) -> dict[UUID, list[str]]:
        """Return the owners that were decided, by complaint."""
        return {
            complaint: [fact.disposition.owner.id for fact in facts if isinstance(fact, Routed)]
            for complaint, facts in self.facts().items()
        }


@pytest.fixture
def topics(kafka: KafkaServer) -> Cases:
    """Empty as far as this test sees."""
    return Cases(kafka.brokers, CASE_EVENTS, CASES, CONVERSATIONS, DEAD_LETTERS)


@pytest.fixture
def producer(kafka: KafkaServer) -> Iterator[ConfluentProducer]:
    """Writes what the doors would."""
    made = ConfluentProducer(kafka.brokers)
    yield made
    made.close()


def publish(producer: ConfluentProducer, events: Sequence[Complaint | Command]) -> None:
    """Write complaints and commands and wait until Kafka has them."""
    for event in events:
        producer.send(encode(event, source="/tests"))
    producer.flush(30)


def complaints_of(keys: Keyring, name: str, count: int) -> list[Complaint]:
    """Return complaints of different senders, received now: no deadline of theirs is over."""
    now = datetime.now(UTC)
    return [normalised(message(upstream_id=f"{name}-{number}", received_at=now), keys) for number in range(count)]


@pytest.mark.usefixtures("router")
class TestOneWorker:
    """What one worker does with what comes, one thing after another."""

    def test_a_complaint_gets_an_owner_and_a_reply_and_a_refusal_gets_the_next(
        self, topics: Cases, producer: ConfluentProducer, keys: Keyring
    ) -> None:
        """Opened and routed, then refused and routed to another; said twice it is said once, and the citizen hears of both."""
        (complaint,) = complaints_of(keys, "refused", 1)
        publish(producer, [complaint])
        wait_until(lambda: len(topics.owners().get(complaint.id, [])) == 1, what="the first owner", timeout_s=60)
        refusal = said(CommandKind.refuse, complaint, topics.owners()[complaint.id][0])
        publish(producer, [refusal, refusal, complaint])
        publish(producer, [added(complaint, "masih berlubang")])
        wait_until(lambda: len(topics.facts()[complaint.id]) == 5, what="the next owner")
        facts = topics.facts()[complaint.id]
        assert [fact.kind for fact in facts] == [
            FactKind.opened,
            FactKind.routed,
            FactKind.refused,
            FactKind.routed,
            FactKind.added,
        ]
        assert [fact.version for fact in facts] == [1, 2, 3, 4, 5]
        first, second = (fact.disposition for fact in facts if isinstance(fact, Routed))
        assert first.owner.id != second.owner.id
        assert (second.hop, second.previous_owner) == (1, first.owner)
        assert set(first.deadlines) <= set(second.deadlines)  # the legal clock never restarts
        found = [msgspec.json.decode(value, type=Reply) for value in topics.new(CONVERSATIONS)]
        replies = [reply for reply in found if reply.complaint_id == complaint.id]
        assert [reply.kind.value for reply in replies] == ["received", "moved", "completed"]
        assert {reply.tracking_code for reply in replies} == {complaint.tracking_code}
        assert replies[0].citizen == keys.pseudonym("sms", "6281234567890")

    def test_the_web_endpoint_shows_health_metrics_and_the_state_of_a_case(
        self, topics: Cases, producer: ConfluentProducer, router: Router, keys: Keyring
    ) -> None:
        """Health and metrics to anybody who reaches it; a case only with the key."""
        (complaint,) = complaints_of(keys, "endpoint", 1)
        publish(producer, [complaint])
        wait_until(lambda: complaint.id in topics.owners(), what="the owner", timeout_s=60)
        with httpx.Client(base_url=f"http://{router.web}", timeout=10) as client:
            assert client.get("/health").json()["well"] is True
            assert "lapor_events_routed_total" in client.get("/metrics").text
            path = f"/cases/{complaint.tracking_code}"
            assert client.get(path).status_code == 401
            assert client.get(path, headers={"Authorization": "Bearer another"}).status_code == 401
            said = client.get(path, headers={"Authorization": f"Bearer {KEY}"}).json()
            assert (said["complaint_id"], said["version"]) == (str(complaint.id), 2)
            unknown = keys.tracking_code(UUID(int=1))
            assert client.get(f"/cases/{unknown}", headers={"Authorization": f"Bearer {KEY}"}).status_code == 404

    def test_poison_becomes_a_dead_letter_and_the_rest_goes_on(
        self, topics: Cases, producer: ConfluentProducer, keys: Keyring
    ) -> None:
        """Each broken record is kept with its place and reason; the complaint behind it is routed."""
        for value in (b"", b"not json", b"{}"):
            producer.send(Record(topic=COMPLAINTS, key=b"poison", value=value))
        (complaint,) = complaints_of(keys, "never sent", 1)
        to_nobody = encode(said(CommandKind.refuse, complaint, "pln"), source="/tests")
        producer.send(to_nobody)
        (complaint,) = complaints_of(keys, "after-poison", 1)
        publish(producer, [complaint])
        wait_until(lambda: complaint.id in topics.owners(), what="the sound one", timeout_s=60)
        wait_until(lambda: len(topics.new(DEAD_LETTERS)) == 4, what="four dead letters")
        letters = [msgspec.json.decode(value, type=DeadLetter) for value in topics.new(DEAD_LETTERS)]
        assert {letter.error_class for letter in letters} == {"ContractViolation"}
        assert {letter.payload for letter in letters} == {b"", b"not json", b"{}", to_nobody.value}
        assert all(letter.source_topic == COMPLAINTS and letter.source_offset is not None for letter in letters)

    def test_a_worker_whose_ordinal_is_taken_says_so_and_disturbs_nobody(
        self, topics: Cases, producer: ConfluentProducer, router: Router, keys: Keyring
    ) -> None:
        """The later one ends with the reason; the first one goes on."""
        wait_until(lambda: "partition ready" in router.log.read_text(), what="the first worker", timeout_s=60)
        later = router.run(0)
        assert later.wait(60) != 0
        assert "already runs on this machine" in router.log.read_text()
        (complaint,) = complaints_of(keys, "taken ordinal", 1)
        publish(producer, [complaint])
        wait_until(lambda: complaint.id in topics.owners(), what="the owner", timeout_s=60)
        assert router.process.poll() is None

    def test_the_refusal_of_another_step_disturbs_no_router(
        self, kafka: KafkaServer, topics: Cases, producer: ConfluentProducer, router: Router, keys: Keyring
    ) -> None:
        """A worker writes it in a transaction, and its sentence is long enough for the client to compress it."""
        before, after = complaints_of(keys, "another refuses", 2)
        publish(producer, [before])
        wait_until(lambda: before.id in topics.owners(), what="the one before", timeout_s=60)
        why = hold(
            "lapor-sender-sms", Refusal(since_ms=1, partition=0, why="the log ended at 5, and the position is 9. " * 20)
        )
        other = Producer(transactional(kafka.brokers, "another step"))
        other.init_transactions(30)
        other.begin_transaction()
        other.produce(why.topic, why.value, why.key)
        other.commit_transaction(30)
        time.sleep(1.0)
        publish(producer, [after])
        wait_until(lambda: after.id in topics.owners(), what="the one after", timeout_s=60)
        assert router.process.poll() is None

    def test_a_flood_of_foreign_records_in_one_partition_stops_no_routing(
        self, topics: Cases, producer: ConfluentProducer, keys: Keyring
    ) -> None:
        """Each is a dead letter; the complaints behind it and beside it get their owners."""
        for number in range(300):
            producer.send(Record(topic=COMPLAINTS, key=b"one", value=b"x%d" % number))
        producer.flush(30)
        complaints = complaints_of(keys, "beside", 30)
        publish(producer, complaints)
        wait_until(lambda: {one.id for one in complaints} <= topics.owners().keys(), what="all owners", timeout_s=60)


def test_a_second_worker_joins_and_leaves_without_loss_or_double_work(  # each is a fixture
    topics: Cases, producer: ConfluentProducer, run_router: Run, keys: Keyring, tmp_path: Path
) -> None:
    """A clean hand-over: each complaint is answered exactly once while partitions move to and fro."""
    run_router()
    complaints = complaints_of(keys, "shared", 600)
    rest = iter(complaints)

    def some_more(until: Callable[[], bool]) -> None:
        def ready() -> bool:
            publish(producer, list(islice(rest, 4)))
            return until()

        wait_until(ready, timeout_s=60, what="the hand-over")

    def works(ordinal: int) -> bool:
        log = tmp_path / f"{ordinal}.log"
        return log.exists() and "partition ready" in log.read_text()

    some_more(lambda: works(0))
    second = run_router()
    some_more(lambda: works(1))
    second.terminate()
    assert second.wait(30) == 0
    publish(producer, list(rest))
    wait_until(lambda: len(topics.owners()) >= 600, timeout_s=60, what="all 600")
    assert {len(found) for found in topics.owners().values()} == {1}


def test_a_worker_that_is_stopped_while_it_joins_disturbs_nobody(
    topics: Cases, producer: ConfluentProducer, run_router: Run, keys: Keyring
) -> None:
    """The group may wait for it as long as a session; the other worker lives through that."""
    first = run_router()
    complaints = complaints_of(keys, "stillborn", 200)
    publish(producer, complaints[:100])
    wait_until(lambda: len(topics.owners()) >= 100, timeout_s=60, what="100")
    run_router().kill()
    publish(producer, complaints[100:])
    wait_until(lambda: len(topics.owners()) >= 200, timeout_s=60, what="200")
    assert first.poll() is None


def test_a_pause_holds_every_worker_and_a_resume_lets_it_go_on(  # each is a fixture
    topics: Cases, producer: ConfluentProducer, run_router: Run, keys: Keyring, tmp_path: Path
) -> None:
    """Orders come over the control topic and outlast a restart; one that nobody knows changes nothing."""
    worker = run_router()
    before, held, after = complaints_of(keys, "paused", 3)
    publish(producer, [before])
    wait_until(lambda: before.id in topics.owners(), what="the one before", timeout_s=60)
    for order in (b"nonsense", b"[]", b'{"order": "dance"}'):
        producer.send(Record(topic=CONTROL, key=b"lapor-router", value=order)).result(30)
    producer.send(pause("lapor-router", since_ms=1)).result(30)
    wait_until(lambda: '"paused"' in (tmp_path / "0.log").read_text(), what="the pause")
    worker.kill()
    worker.wait(10)
    run_router(0)
    publish(producer, [held])
    wait_until(lambda: (tmp_path / "0.log").read_text().count('"paused"') == 2, what="the pause again", timeout_s=60)
    time.sleep(1.0)
    assert held.id not in topics.owners()
    producer.send(resume("lapor-router")).result(30)
    publish(producer, [after])
    wait_until(lambda: {held.id, after.id} <= topics.owners().keys(), what="the held one")


def test_a_router_that_fails_ends_soon() -> None:
    """Its supervisor starts it again; Faust alone waits a minute for a consumer whose broker is away."""
    program = "import time; from router.app import Host; Host(None).fail(RuntimeError()); time.sleep(60)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=40).returncode == 1
