"""The conversation's worker as a process on the real Kafka: each message once, whatever is killed, and timers that fire."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from channels.intake import Intake
from complaints.bus.confluent import ConfluentProducer
from complaints.contract import CITIZENS, COMPLAINTS, CONVERSATIONS, DEAD_LETTERS, MESSAGE_EVENTS
from complaints.crypto import Keyring, load_or_create_secret
from complaints.event import Complaint
from complaints.mail import MessageEvent, MessageKind
from complaints.message import Fragment
from complaints.storage.spool import Spool
from lapor.cli import app
from tests.harness.support import KafkaServer, message, wait_until
from tests.harness.workers import Run, Topics, workers


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the secret of the installation."""
    path = tmp_path_factory.mktemp("secret") / "secret"
    load_or_create_secret(path)
    return path


@pytest.fixture
def run(kafka: KafkaServer, secret: Path, tmp_path: Path) -> Iterator[Run]:
    """Starts workers; whatever still runs is stopped afterwards."""
    with workers("conversation", kafka.brokers, tmp_path, LAPOR_SECRET_FILE=str(secret)) as start:
        yield start


@pytest.fixture
def intake(kafka: KafkaServer, secret: Path, tmp_path: Path) -> Iterator[Intake]:
    """The way in of the SMS channel."""
    producer = ConfluentProducer(kafka.brokers)
    keys = Keyring.from_secret(secret.read_bytes())
    made = Intake("sms", keyring=keys, producer=producer, spool=Spool(tmp_path / "s.db", max_bytes=1 << 20))
    yield made
    made.close()
    producer.close()


@pytest.fixture
def topics(kafka: KafkaServer) -> Topics:
    """Empty as far as this test sees."""
    return Topics(kafka.brokers, COMPLAINTS, CONVERSATIONS, CITIZENS, DEAD_LETTERS, MESSAGE_EVENTS)


def landed(topics: Topics) -> list[MessageEvent]:
    """Return what messages became."""
    return topics.read(MESSAGE_EVENTS, MessageEvent)


def send(intake: Intake, count: int, name: str) -> set[UUID]:
    """Let citizens send messages, each twice, as an SMSC does that heard no yes; return the ids."""
    futures = []
    for number in range(count):
        text = f"Jalan {name} nomor {number} berlubang di Kota Semarang"
        fields = {"upstream_id": "", "sender": f"+62812{number:08d}", "account": "sms/link", "body": text.encode()}
        said = message("", **fields, reply_to={"sender": f"62812{number:08d}", "from": "1708"}, fragment=Fragment())
        futures += [intake.take(said), intake.take(said)]
    return {future.result(30).message_id for future in futures}


def test_a_timer_lets_a_long_message_go_on_whose_part_never_comes(topics: Topics, run: Run, intake: Intake) -> None:
    """Though nobody writes to the citizen's mailbox any more; and what stands in the topics has neither number nor words."""
    run(LAPOR_PART_TIMEOUT_S="1")
    text = "Lampu jalan mati di Kota Semarang"
    said = message(
        "",
        upstream_id="",
        sender="+6281299988877",
        account="sms/link",
        reply_to={"sender": "081299988877", "from": "1708"},
        body=text.encode(),
        fragment=Fragment(reference=7, total=2, sequence=1),
    )
    id_ = intake.take(said).result(30).message_id
    wait_until(lambda: bool(landed(topics)), what="the message", timeout_s=60)
    (event,) = landed(topics)
    assert (event.id, event.kind, event.partial) == (id_, MessageKind.complaint, True)
    (complaint,) = topics.read(COMPLAINTS, Complaint)
    assert (complaint.text, complaint.raw.partial) == (text, True)
    for topic in (CONVERSATIONS, CITIZENS, MESSAGE_EVENTS):
        for value in topics.new(topic):
            assert b"81299988877" not in value
            assert b"Lampu" not in value


def test_a_wrong_secret_ends_the_start_and_is_named(topics: Topics, run: Run, intake: Intake, tmp_path: Path) -> None:
    """In a folder that knows its secret, and in a new one by the states in Kafka. A changed one is taken only if an operator says so."""
    running = run(0)
    send(intake, 1, "kenanga")
    wait_until(lambda: bool(landed(topics)), what="the message", timeout_s=60)  # its citizen may have a case already
    running.terminate()
    assert running.wait(30) == 0
    other = tmp_path / "other-secret"
    load_or_create_secret(other)
    for ordinal, made_with in ((0, f"the folder {tmp_path / '0'}"), (1, "the states in Kafka")):
        assert run(ordinal, LAPOR_SECRET_FILE=str(other)).wait(60) == 2
        log = (tmp_path / f"{ordinal}.log").read_text()
        assert f"{other} holds another secret" in log
        assert made_with in log
    beat = tmp_path / "0" / "heartbeats" / "conversation"
    assert not beat.exists()
    environment = {"LAPOR_DATA": str(tmp_path / "0"), "LAPOR_SECRET_FILE": str(other), "LAPOR_KAFKA": ""}
    assert CliRunner().invoke(app, ["secret", "adopt", "--yes"], env=environment).exit_code == 0
    taken = run(0, LAPOR_SECRET_FILE=str(other))
    wait_until(beat.exists, what="a heartbeat, of which the end of the former process left none", timeout_s=60)
    assert taken.poll() is None
