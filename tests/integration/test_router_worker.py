"""The routing worker as a process on the real Kafka: at least once, poison aside, and a clean hand-over."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from complaints.bus import Offsets, Record
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import encode
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONTROL, DEAD_LETTERS, DISPOSITIONS, REPLIES
from complaints.crypto import Keyring
from complaints.event import CaseEvent, CaseEventKind, Complaint, DeadLetter, Disposition, Refusal, Reply
from complaints.ids import case_event_id
from normalizer.complaint import Normaliser
from tests.harness.support import NOON, KafkaServer, message, start_kafka, wait_until

Run = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def run_router(kafka: KafkaServer, tmp_path: Path) -> Iterator[Run]:
    """Starts routing workers; whatever still runs is stopped afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        folder = tmp_path / str(len(running))
        environment = os.environ | {
            "LAPOR_KAFKA": kafka.brokers,
            "LAPOR_DATA": str(folder),
            "LAPOR_DEAD_LETTER_FUSE": "50",
        }
        with folder.with_suffix(".log").open("w") as log:
            command = [sys.executable, "-m", "lapor", "run", "router"]
            running.append(subprocess.Popen(command, env=environment, stderr=log))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    """The real one."""
    return Normaliser.load()


class Topics:
    """What came since a test began."""

    def __init__(self, kafka: KafkaServer) -> None:
        self._scanner = ConfluentScanner(kafka.brokers)
        self._begin: dict[str, Offsets] = {
            topic: self._scanner.ends(topic) for topic in (DISPOSITIONS, REPLIES, DEAD_LETTERS)
        }

    def new(self, topic: str) -> list[bytes]:
        """Return the values that came."""
        return [
            stored.value or b"" for batch in self._scanner.scan(topic, start=self._begin[topic]) for stored in batch
        ]

    def dispositions(self) -> dict[UUID, list[Disposition]]:
        """Return what came, by complaint."""
        found: dict[UUID, list[Disposition]] = {}
        for value in self.new(DISPOSITIONS):
            disposition = Disposition.model_validate_json(value)
            found.setdefault(disposition.complaint_id, []).append(disposition)
        return found


@pytest.fixture
def topics(kafka: KafkaServer) -> Topics:
    """Empty as far as this test sees."""
    return Topics(kafka)


@pytest.fixture
def producer(kafka: KafkaServer) -> Iterator[ConfluentProducer]:
    """Writes what the doors would."""
    made = ConfluentProducer(kafka.brokers)
    yield made
    made.close()


def publish(producer: ConfluentProducer, complaints: list[Complaint]) -> None:
    """Write complaints and wait until Kafka has them."""
    for complaint in complaints:
        producer.send(encode(complaint, source="/tests"))
    producer.flush(30)


def complaints_of(normaliser: Normaliser, keys: Keyring, name: str, count: int) -> list[Complaint]:
    """Return complaints of different senders."""
    return [normaliser.normalise(message(upstream_id=f"{name}-{number}"), keys) for number in range(count)]


def test_a_complaint_gets_a_disposition_and_a_reply_and_a_refusal_gets_the_next(
    topics: Topics, producer: ConfluentProducer, run_router: Run, normaliser: Normaliser, keys: Keyring
) -> None:
    """Hop 0, then "not ours", then hop 1 with another owner; the ids derive, so nothing is stored in the worker."""
    run_router()
    (complaint,) = complaints_of(normaliser, keys, "refused", 1)
    publish(producer, [complaint])
    wait_until(lambda: complaint.id in topics.dispositions(), what="hop 0")
    (first,) = topics.dispositions()[complaint.id]
    refusal = Refusal(hop=0, agency_id=first.owner.id, reason="bukan kami", at=NOON)
    event = CaseEvent(
        id=case_event_id(complaint.id, "not_ours", hop=0, actor=first.owner.id),
        complaint_id=complaint.id,
        tracking_code=complaint.tracking_code,
        kind=CaseEventKind.not_ours,
        at=NOON,
        actor=first.owner.id,
        refusals=(refusal,),
        complaint=complaint,
    )
    accepted = event.model_copy(update={"kind": CaseEventKind.accepted, "refusals": (), "complaint": None})
    for said in (event, event, accepted):  # saying it twice changes nothing; an acceptance asks for nothing
        producer.send(encode(said, source="/tests"))
    producer.flush(30)
    wait_until(lambda: len(topics.dispositions()[complaint.id]) >= 3, what="hop 1 twice")
    seconds = topics.dispositions()[complaint.id][1:]
    assert {found.id for found in seconds} == {seconds[0].id}
    assert seconds[0].hop == 1
    assert seconds[0].owner.id != first.owner.id
    assert seconds[0].deadlines == first.deadlines  # the legal clock never restarts
    found = [Reply.model_validate_json(value) for value in topics.new(REPLIES)]
    replies = [reply for reply in found if reply.complaint_id == complaint.id]
    assert {reply.kind.value for reply in replies} == {"received", "moved"}
    assert keys.unseal(replies[0].reply_address, complaint.id)["sender"] == "6281234567890"


def test_poison_becomes_a_dead_letter_and_the_rest_goes_on(
    topics: Topics, producer: ConfluentProducer, run_router: Run, normaliser: Normaliser, keys: Keyring
) -> None:
    """Each broken record is kept with its place and reason; the complaint behind it is routed."""
    run_router()
    for value in (b"", b"not json", b"{}"):
        producer.send(Record(topic=COMPLAINTS, key=b"poison", value=value))
    producer.send(Record(topic=CASE_EVENTS, key=b"poison", value=b'{"kind": "bukan wewenang"}'))
    (complaint,) = complaints_of(normaliser, keys, "after-poison", 1)
    publish(producer, [complaint])
    wait_until(lambda: complaint.id in topics.dispositions(), what="the sound one")
    wait_until(lambda: len(topics.new(DEAD_LETTERS)) == 4, what="four dead letters")
    letters = [DeadLetter.model_validate_json(value) for value in topics.new(DEAD_LETTERS)]
    assert {letter.error_class for letter in letters} == {"ContractViolation"}
    assert {letter.payload for letter in letters} == {b"", b"not json", b"{}", b'{"kind": "bukan wewenang"}'}
    assert all(letter.source_offset is not None and str(letter.source_offset) in letter.reason for letter in letters)


def test_kill_9_in_the_middle_loses_nothing(
    topics: Topics, producer: ConfluentProducer, run_router: Run, normaliser: Normaliser, keys: Keyring
) -> None:
    """Some may be routed twice, with the same ids; none is missing."""
    complaints = complaints_of(normaliser, keys, "killed", 3000)
    publish(producer, complaints[:1500])
    worker = run_router()
    wait_until(lambda: len(topics.dispositions()) > 10, what="the first answers", timeout_s=60)
    publish(producer, complaints[1500:])
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    run_router()
    wanted = {complaint.id for complaint in complaints}
    wait_until(lambda: wanted <= topics.dispositions().keys(), timeout_s=60, what="all 3000")
    found = topics.dispositions()
    assert all(len({disposition.id for disposition in found[complaint]}) == 1 for complaint in wanted)


def handled(folder: Path) -> int:
    """Return how many records a worker has handled, as its heartbeat says."""
    try:
        return int(json.loads((folder / "heartbeats" / "router").read_text())["handled"])
    except FileNotFoundError:
        return 0


def test_a_second_worker_joins_and_leaves_without_loss_or_double_work(  # noqa: PLR0913, PLR0917  # each is a fixture
    topics: Topics,
    producer: ConfluentProducer,
    run_router: Run,
    normaliser: Normaliser,
    keys: Keyring,
    tmp_path: Path,
) -> None:
    """A clean hand-over: each complaint is answered exactly once while partitions move to and fro."""
    run_router()
    complaints = complaints_of(normaliser, keys, "shared", 2000)
    rest = iter(complaints)

    def some_more(until: Callable[[], bool]) -> None:
        def ready() -> bool:
            publish(producer, list(islice(rest, 4)))
            return until()

        wait_until(ready, timeout_s=60, what="the hand-over")

    some_more(lambda: handled(tmp_path / "0") > 0)
    second = run_router()
    some_more(lambda: handled(tmp_path / "1") > 0)
    second.terminate()
    assert second.wait(30) == 0
    publish(producer, list(rest))
    wait_until(lambda: len(topics.dispositions()) >= 2000, timeout_s=60, what="all 2000")
    assert {len(found) for found in topics.dispositions().values()} == {1}


def test_a_worker_that_is_stopped_while_it_joins_disturbs_nobody(
    topics: Topics, producer: ConfluentProducer, run_router: Run, normaliser: Normaliser, keys: Keyring
) -> None:
    """The group may wait for it as long as a session; the other worker lives through that."""
    first = run_router()
    complaints = complaints_of(normaliser, keys, "stillborn", 200)
    publish(producer, complaints[:100])
    wait_until(lambda: len(topics.dispositions()) >= 100, timeout_s=60, what="100")
    run_router().kill()
    publish(producer, complaints[100:])
    wait_until(lambda: len(topics.dispositions()) >= 200, timeout_s=60, what="200")
    assert first.poll() is None


def test_a_pause_holds_every_worker_and_a_resume_lets_it_go_on(  # noqa: PLR0913, PLR0917  # each is a fixture
    topics: Topics, producer: ConfluentProducer, run_router: Run, normaliser: Normaliser, keys: Keyring, tmp_path: Path
) -> None:
    """Orders come over the control topic; an order that nobody knows changes nothing."""
    run_router()
    before, held, after = complaints_of(normaliser, keys, "paused", 3)
    publish(producer, [before])
    wait_until(lambda: before.id in topics.dispositions(), what="the one before", timeout_s=60)
    for order in (b"nonsense", b'{"order": "dance"}', b'{"order": "pause"}'):
        producer.send(Record(topic=CONTROL, key=b"", value=order)).result(30)
    wait_until(lambda: "order obeyed" in (tmp_path / "0.log").read_text(), what="the pause")
    time.sleep(2.0)  # longer than the feeder, which looks whether it is to pause, ever sleeps
    publish(producer, [held])
    time.sleep(2.0)
    assert held.id not in topics.dispositions()
    producer.send(Record(topic=CONTROL, key=b"", value=b'{"order": "resume"}')).result(30)
    publish(producer, [after])
    wait_until(lambda: {held.id, after.id} <= topics.dispositions().keys(), what="the held one")


def test_a_topic_full_of_poison_blows_the_fuse(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """The fault is then in the deployment: the worker stops instead of emptying the topic into the bin, and commits nothing."""
    kafka = start_kafka(tmp_path_factory.mktemp("fused"))
    producer = ConfluentProducer(kafka.brokers)
    for number in range(60):
        producer.send(Record(topic=COMPLAINTS, key=b"one", value=b"x%d" % number))
    producer.flush(30)
    environment = os.environ | {
        "LAPOR_KAFKA": kafka.brokers,
        "LAPOR_DATA": str(tmp_path),
        "LAPOR_DEAD_LETTER_FUSE": "50",
    }
    worker = subprocess.run([sys.executable, "-m", "lapor", "run", "router"], env=environment, timeout=60, check=False)
    assert worker.returncode != 0
    admin = KafkaPythonAdmin(kafka.brokers)
    assert not any(offset > 0 for offset in admin.group_offsets("lapor-router").values())
    for client in (admin, producer):
        client.close()
    kafka.stop()
