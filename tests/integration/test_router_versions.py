"""The review's finding 2 on the real broker: two versions of the router in the middle of a feed, and then everything again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import decode, encode
from complaints.command import Command, CommandKind
from complaints.contract import CASE_EVENTS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.fact import AnyFact, Fact, Routed
from tests.harness.house import said
from tests.harness.support import KafkaServer, message, normalised, wait_until

COMPLAINTS = 60


@pytest.fixture
def two_versions(kafka: KafkaServer, tmp_path: Path) -> Iterator[None]:
    """Two workers: by one the national administrator takes a case after one refusal, by the other after three."""
    workers = []
    for ordinal, hops in enumerate(("1", "3")):
        environment = os.environ | {
            "LAPOR_KAFKA": kafka.brokers,
            "LAPOR_DATA": str(tmp_path / str(ordinal)),
            "LAPOR_ORDINAL": str(ordinal),
            "LAPOR_MAX_HOPS": hops,
        }
        with (tmp_path / f"{ordinal}.log").open("w") as log:
            workers.append(
                subprocess.Popen([sys.executable, "-m", "lapor", "run", "router"], env=environment, stderr=log)
            )
    yield
    for worker in workers:
        worker.terminate()
        worker.wait(30)


@pytest.mark.long
@pytest.mark.usefixtures("two_versions")
def test_two_versions_of_the_router_and_everything_again_change_no_owner(
    kafka: KafkaServer, keys: Keyring, tmp_path: Path
) -> None:
    """A decision is made once, by whichever version had the case then."""
    scanner, producer = ConfluentScanner(kafka.brokers), ConfluentProducer(kafka.brokers)
    begin = scanner.ends(CASE_EVENTS)

    def facts() -> list[AnyFact]:
        return [decode(record, Fact) for batch in scanner.scan(CASE_EVENTS, start=begin) for record in batch]

    def owners() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for fact in facts():
            if isinstance(fact, Routed):
                found.setdefault(fact.tracking_code, []).append(fact.disposition.owner.id)
        return found

    def send(events: list[Complaint | Command]) -> None:
        for event in events:
            producer.send(encode(event, source="/tests"))
        producer.flush(30)

    texts = ("Jalan di Kota Semarang berlubang", "Lampu jalan di Kota Bandung mati", "Sampah menumpuk di Kota Surabaya")
    complaints: list[Complaint | Command] = []
    now = datetime.now(UTC)  # no deadline is over, so no timer rings
    for number in range(COMPLAINTS):
        said_ = message(texts[number % 3], upstream_id=f"versions-{number}", received_at=now)
        complaint = normalised(said_, keys)
        complaints.append(complaint)
    logs = [tmp_path / f"{ordinal}.log" for ordinal in range(2)]
    wait_until(lambda: all("partition ready" in log.read_text() for log in logs), timeout_s=60, what="both workers")
    send(complaints)
    wait_until(lambda: len(owners()) == COMPLAINTS, timeout_s=60, what="all owners")
    first = owners()
    refusals: list[Complaint | Command] = [
        said(CommandKind.refuse, one, first[one.tracking_code][0]) for one in complaints if isinstance(one, Complaint)
    ]
    send(refusals)
    wait_until(lambda: all(len(chain) == 2 for chain in owners().values()), timeout_s=60, what="the next owners")
    decided, before = owners(), len(facts())
    send([*complaints, *refusals, *complaints])
    fence = normalised(message("Jalan di Kota Semarang berlubang", upstream_id="versions-last", received_at=now), keys)
    send([fence])
    wait_until(lambda: fence.tracking_code in owners(), timeout_s=60, what="what came last")
    after = {code: chain for code, chain in owners().items() if code != fence.tracking_code}
    assert after == decided
    assert len(facts()) == before + 2
    assert {"kemenpanrb"} < {chain[1] for chain in decided.values()}  # both versions had a part in it
    scanner.close()
    producer.close()
