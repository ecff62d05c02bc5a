"""`lapor deadletters` on the real Kafka: what is put back is handled once, however often it is put back."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from typer.testing import CliRunner, Result

from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.fact import AnyFact, FactKind, Routed
from lapor.cli import app
from ops.deadletters import find
from ops.redrive import REDRIVES_HEADER, original
from tests.harness.house import said
from tests.harness.support import KafkaServer, message, normalised, wait_until
from tests.harness.workers import workers


@pytest.fixture
def scanner(kafka: KafkaServer) -> Iterator[ConfluentScanner]:
    """Reads what came."""
    with closing(ConfluentScanner(kafka.brokers)) as made:
        yield made


@pytest.fixture
def producer(kafka: KafkaServer) -> Iterator[ConfluentProducer]:
    """Writes what the doors would."""
    with closing(ConfluentProducer(kafka.brokers)) as made:
        yield made


def test_a_record_that_is_put_back_is_handled_and_twice_is_once(
    kafka: KafkaServer, scanner: ConfluentScanner, producer: ConfluentProducer, tmp_path: Path, keys: Keyring
) -> None:
    """A refusal came before its case was opened. Put back, it moves the case; put back again, also by hand, it does nothing."""

    def lapor(*arguments: str) -> Result:
        return CliRunner().invoke(
            app, ["deadletters", *arguments], env={"LAPOR_KAFKA": kafka.brokers, "LAPOR_DATA": str(tmp_path)}
        )

    def values(topic: str) -> list[bytes]:
        return [stored.value or b"" for batch in scanner.scan(topic) for stored in batch]

    def kinds() -> list[str]:
        return [msgspec.json.decode(value, type=AnyFact).kind.value for value in values(CASE_EVENTS)]

    complaint = normalised(message(upstream_id="1", received_at=datetime.now(UTC)), keys)
    refusal = said(CommandKind.refuse, complaint, "dpu-33.74")
    with workers("router", kafka.brokers, tmp_path) as run_router:
        run_router()
        producer.send(encode(refusal, source="/tests")).result(30)
        wait_until(lambda: len(values(DEAD_LETTERS)) == 1, what="the dead letter", timeout_s=60)
        producer.send(encode(complaint, source="/tests")).result(30)
        wait_until(lambda: kinds() == [FactKind.opened, FactKind.routed], what="the owner", timeout_s=60)
        owner = next(
            fact.disposition
            for value in values(CASE_EVENTS)
            if isinstance(fact := msgspec.json.decode(value, type=AnyFact), Routed)
        )
        assert owner.owner.id == "dpu-33.74"

        listed = lapor("list", "--topic", COMPLAINTS, "--step", "lapor-router", "--since", "1h").output
        assert listed.startswith(f"1  {COMPLAINTS}  router  ContractViolation: ")
        (letter,) = re.findall(r"^([0-9a-f-]{36})  .*lapor.complaints/\d+/0", listed, re.MULTILINE)
        assert "header    ce_type: id.go.lapor.command.v1" in lapor("show", letter).output
        assert "nothing was put back now: repeat it with --yes" in lapor("redrive", "--all").output
        assert lapor("redrive", str(UUID(int=1))).exit_code != 0

        assert "put back 1, were back before 0" in lapor("redrive", letter).output
        wait_until(lambda: kinds()[2:] == [FactKind.refused, FactKind.routed], what="the next owner")
        again = lapor("redrive", "--reason", "contractviolation", "--yes")
        assert (again.exit_code, "put back 0, were back before 1" in again.output) == (0, True)
        assert f"put back: {COMPLAINTS}/" in lapor("list").output
        assert "all put back before" in lapor("redrive", "--all").output

        found = find(scanner)[UUID(letter)]
        by_hand = original(found, scanner)
        assert by_hand.headers[-1] == (REDRIVES_HEADER, letter.encode())
        facts, replies = values(CASE_EVENTS), values(CONVERSATIONS)
        producer.send(by_hand).result(30)
        another = normalised(message(upstream_id="2", received_at=datetime.now(UTC)), keys)
        barrier = encode(another, source="/tests")
        producer.send(type(barrier)(topic=barrier.topic, key=by_hand.key, value=barrier.value)).result(30)
        wait_until(lambda: len(values(DEAD_LETTERS)) == 2, what="the poison behind it")
        assert (values(CASE_EVENTS), values(CONVERSATIONS)) == (facts, replies)
