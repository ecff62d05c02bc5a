"""A sender on a real broker with accounts in memory, in the test's own process or in one that can be killed and stopped."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as At

from channels.sending.accounts import Accounts
from channels.sending.run import run_sender
from channels.sending.spec import SenderSpec
from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.bus.step.options import WorkerOptions
from complaints.contract import ACCOUNTS, FEW_PARTITIONS, MESSAGE_EVENTS, SENDS
from complaints.mail import ReplyKind, Send, SendReport
from tests.harness import warm
from tests.harness.sending_account import KEYS, QUICK, FakeAccount
from tests.harness.step import Ground, Workers, read_committed
from tests.harness.support import KafkaServer, wait_until

PARTITIONS = FEW_PARTITIONS


@dataclass
class Post(Workers):
    """One channel of its own on a shared broker: what is written for it, and what its sender said.

    Attributes:
        channel: its name, which no other test has.
    """

    channel: str = field(default_factory=lambda: f"t{uuid4().hex[:10]}")
    threads: list["Here"] = field(default_factory=list)

    @property
    def account(self) -> str:
        """The name of its one account, unless a test has more."""
        return f"{self.channel}/a"

    def make(self) -> "Post":
        """Commit the first offsets of its step, as an installer does."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": self.step})
        at = [
            At(SENDS, number, consumer.get_watermark_offsets(At(SENDS, number), timeout=10)[1])
            for number in range(PARTITIONS)
        ]
        consumer.commit(offsets=at, asynchronous=False)
        consumer.close()
        return self

    def text(self, text: str = "Halo", **changes: Any) -> Send:
        """Return a text to send."""
        id_, now = changes.pop("id", uuid4()), datetime.now(UTC)
        month, address = f"{now:%Y-%m}", {"sender": "+6281234567890"}
        fields: dict[str, Any] = {
            "id": id_,
            "account": self.account,
            "channel": self.channel,
            "citizen": "c1",
            "tracking_code": "ABCDEFGHJKM",
            "kind": ReplyKind.question,
            "month": month,
            "sealed": KEYS.seal_text(text, address, owner=id_, month=month),
            "created_at": now,
            "expires_at": now + timedelta(hours=1),
        }
        return Send(**(fields | changes))

    def report(self, upstream_id: str, *, ok: bool = True) -> SendReport:
        """Return what the upstream reports about a text."""
        return SendReport(
            id=uuid4(),
            account=self.account,
            channel=self.channel,
            upstream_id=upstream_id,
            ok=ok,
            detail="DELIVRD" if ok else "UNDELIV",
            at=datetime.now(UTC),
        )

    def write(self, *events: Send | SendReport) -> None:
        """Write events to the mailboxes of their accounts."""
        self.write_records(*(encode(event, source="/tests") for event in events))

    @cached_property
    def _producer(self) -> Producer:
        return Producer({"bootstrap.servers": self.brokers, "partitioner": "murmur2_random", "acks": "all"})

    def write_records(self, *records: Record) -> None:
        """Write records."""
        for record in records:
            self._producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
        assert self._producer.flush(30) == 0

    def send(self, text: Send, *outcomes: str, timeout_s: float = 30.0) -> Send:
        """Write a text, wait until it was sent, or for its outcomes, and return it."""
        self.write(text)
        self.await_outcomes(text.id, *(outcomes or ("sent",)), timeout_s=timeout_s)
        return text

    @property
    def step(self) -> str:
        """The name of its sender's step."""
        return f"lapor-sender-{self.channel}"

    @cached_property
    def orders(self) -> Ground:
        """What operators say to the step and read of it."""
        return Ground(self.brokers, self.folder, name=self.step)

    def run(self, *accounts: FakeAccount, ordinal: int = 0, **changes: Any) -> "Here":
        """Start a sender in this process."""
        here = Here(self, accounts, ordinal, **changes)
        self.threads.append(here)
        return here

    def process(self, ordinal: int = 0, **environment: str) -> warm.Running:
        """Start a sender as a process, whose account notes each text in a file before it answers (see `submitted`).

        Args:
            ordinal: its number.
            environment: KILL_AT and KILL_TURN (a phase and how often it must come), KILL_BY (a signal), ANSWER (takes, soon, never or
                unknown).
        """
        arguments = (self.brokers, self.channel, str(ordinal), str(self.folder))
        return self.start("sending_process", *arguments, log=f"w{ordinal}.log", **environment)

    def submitted(self) -> list[tuple[str, int]]:
        """Return the texts that processes have submitted, each with the ordinal of who did it."""
        path = self.folder / "submitted"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line.split("\t")[0], int(line.split("\t")[1])) for line in lines]

    def log(self, ordinal: int = 0) -> str:
        """Return what a process has written."""
        return (self.folder / f"w{ordinal}.log").read_text()

    def deliveries(self, topic: str = MESSAGE_EVENTS) -> list[dict[str, Any]]:
        """Return the deliveries of this channel."""
        values = (entry.value or b"" for entry in self.entries(topic))
        found = [json.loads(value) for value in values if self.channel.encode() in value]
        return [said for said in found if said.get("channel") == self.channel and "outcome" in said]

    def outcomes(self, reply: UUID, topic: str = MESSAGE_EVENTS) -> list[str]:
        """Return the outcomes of a reply."""
        return [said["outcome"] for said in self.deliveries(topic) if said["reply_id"] == str(reply)]

    def states(self) -> dict[bytes, bytes]:
        """Return the states of this channel's accounts."""
        found: dict[bytes, bytes] = {}
        for key, value, _ in read_committed(self.brokers, ACCOUNTS):
            if key.startswith(f"{self.channel}/".encode()):
                found.pop(key, None)
                if value is not None:
                    found[key] = value
        return found

    def await_outcomes(self, reply: UUID, *expected: str, timeout_s: float = 30.0) -> None:
        """Wait until a reply has had just these outcomes, in this order."""
        try:
            wait_until(lambda: len(self.outcomes(reply)) >= len(expected), timeout_s=timeout_s, what=f"{expected}")
        finally:
            assert self.outcomes(reply) == list(expected)

    def settle(self, number: int, timeout_s: float = 60.0) -> Counter[str]:
        """Wait until so many replies have an outcome of a submit, and return how many have each."""

        def last() -> dict[str, str]:
            found: dict[str, str] = {}
            for said in self.deliveries():
                found[said["reply_id"]] = said["outcome"]
            return found

        wait_until(lambda: len(last()) >= number, timeout_s=timeout_s, what=f"{number} outcomes")
        return Counter(last().values())

    def close(self) -> None:
        """End all senders."""
        self.__dict__.pop("_producer", None)
        self.orders.close()
        for here in self.threads:
            here.close()
        super().close()


class Here:
    """A sender in a thread of the test's process."""

    def __init__(self, post: Post, accounts: tuple[FakeAccount, ...], ordinal: int, **changes: Any) -> None:
        """Start it."""
        self.accounts, self.error, self.beats = accounts, None, 0
        self._stop, self._hook = threading.Event(), changes.pop("phase", lambda _: None)
        keyring = changes.pop("keyring", KEYS)
        spec = SenderSpec(channel=post.channel, keyring=keyring, pauses=changes.pop("pauses", QUICK))
        options = WorkerOptions(
            brokers=changes.pop("brokers", post.brokers),
            ordinal=ordinal,
            folder=post.folder / post.channel / "sender" / str(ordinal),
            phase=self._phase,
            heartbeat=self._beat,
            **changes,
        )
        self.phases: list[str] = []
        self._thread = threading.Thread(target=self._work, args=(spec, options))
        self._thread.start()

    error: Exception | None

    def _work(self, spec: SenderSpec, options: WorkerOptions) -> None:
        try:
            with closing(Accounts(spec.channel, self.accounts)) as ours:
                run_sender(spec, ours, options=options, stop=self._stop)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            self.error = error

    def _phase(self, now: str) -> None:
        self.phases.append(now)
        self._hook(now)

    def _beat(self) -> None:
        self.beats += 1

    def begun(self) -> "Here":
        """Wait until all accounts have begun."""
        wait_until(lambda: all(account.calls[-1:] == ["begin"] for account in self.accounts), what="the accounts")
        return self

    def close(self, *, quietly: bool = False) -> None:
        """End it, and expect that nothing was wrong."""
        self._stop.set()
        self._thread.join(40)
        assert not self._thread.is_alive()
        if not quietly:
            assert self.error is None, repr(self.error)
        self.error = None


@pytest.fixture
def post(kafka: KafkaServer, tmp_path: Path) -> Iterator[Post]:
    """A channel of its own."""
    made = Post(kafka.brokers, tmp_path).make()
    yield made
    made.close()
