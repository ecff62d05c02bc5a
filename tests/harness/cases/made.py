"""Valid cases and facts that many tests build, the records that they are on Kafka, and whoever writes them in transactions."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from confluent_kafka import Producer

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import CITIZEN, CommandKind
from complaints.contract import CASES
from complaints.disposition import AgencyRef, Deadline, Disposition, Evidence
from complaints.event import Addition, Complaint, Raw
from complaints.fact import FactKind, Result
from router.cases.document.evolve import evolve
from tests.harness import events, facts
from tests.harness.events import DPU, PEMDA
from tests.harness.facts import Facts, of_kind
from tests.harness.support import NOON

DUE = Deadline(
    duty="complete",
    days=14,
    counted="working",
    begins=date(2026, 11, 3),
    due=date(2026, 11, 23),
    source="PermenPANRB 5/2025",
)


def complaint(number: int = 7, **changes: Any) -> Complaint:
    """Return a complaint as it is in a case; `number` tells it from others."""
    in_a_case: dict[str, Any] = {
        "id": ids.message_id("web", str(number)),
        "channel": "web",
        "raw": Raw(coding="utf-8", upstream_id=str(number)),
    }
    return events.complaint(number, **(in_a_case | changes))


def disposition(owner: AgencyRef = DPU, *, hop: int = 0, **changes: Any) -> Disposition:
    """Return a decision who owns a case, with a rule and a deadline."""
    explained: dict[str, Any] = {
        "explanation": f"Diteruskan ke {owner.name} karena jalan kota.",
        "evidence": (Evidence(rule="subject:jalan", span="jalan berlubang", law="UU 38/2004 ps. 16", weight=2.0),),
        "deadlines": (DUE,),
    }
    return facts.disposition(owner, hop=hop, **(explained | changes))


class Story:
    """A case with its facts, told step by step as the router's step would decide it; each step is one minute after the one before."""

    def __init__(self, number: int = 7, *, owner: AgencyRef = DPU, triage: bool = False, **changes: Any) -> None:
        """Open a case and give it an owner."""
        self.complaint = complaint(number, **changes)
        self.facts: Facts = []
        self.case: Case | None = None
        self._owner, self._triage = owner, triage
        self.fact(FactKind.opened, self.complaint.id, complaint=self.complaint)
        self._route(owner, self.complaint.id)

    @property
    def code(self) -> str:
        """The tracking code."""
        return self.complaint.tracking_code

    @property
    def now(self) -> datetime:
        """The time of the next fact."""
        return NOON + timedelta(minutes=len(self.facts))

    def fact(self, kind: FactKind, cause: UUID, *, actor: str = CITIZEN, **fields: Any) -> Any:
        """Add a fact."""
        made = of_kind(
            kind,
            id=uuid5(cause, f"fact/{kind.value}"),
            complaint_id=self.complaint.id,
            tracking_code=self.code,
            version=len(self.facts) + 1,
            at=self.now,
            caused_by=cause,
            actor=actor,
            secret=self.complaint.secret,
            **fields,
        )
        self.facts.append(made)
        self.case = evolve(self.case, made, int(made.at.timestamp() * 1000))
        return made

    def _route(self, owner: AgencyRef, cause: UUID) -> None:
        self._owner, hop = owner, len(self.case.chain) if self.case else 0
        decided = disposition(owner, hop=hop, triage=self._triage)
        self.fact(FactKind.routed, cause, disposition=decided)

    def refuse(self, cause: UUID, to: AgencyRef = PEMDA, reason: str = "Bukan jalan kota") -> None:
        """Let the owner refuse, and another agency own the case."""
        self.fact(FactKind.refused, cause, actor=self._owner.id, text=reason)
        self._route(to, cause)

    def answer(self, cause: UUID, text: str = "Sudah kami perbaiki.") -> None:
        """Let the owner answer."""
        self.fact(FactKind.answered, cause, actor=self._owner.id, text=text)

    def add(self, cause: UUID, text: str = "Di Jalan Pemuda") -> None:
        """Let the citizen add a message."""
        added = Addition(text=text, received_at=self.now, raw=Raw(coding="utf-8", upstream_id=f"+{len(self.facts)}"))
        self.fact(FactKind.added, cause, addition=added)

    def decline(self, cause: UUID, kind: CommandKind, *, actor: str, text: str, **fields: Any) -> None:
        """Let a command change nothing."""
        result = fields.pop("result", Result.refused)
        self.fact(FactKind.declined, cause, actor=actor, text=text, command=kind, result=result, **fields)

    def document(self) -> Record:
        """Return the record of the case."""
        assert self.case is not None
        return case_record(self.case)

    def records(self, *, since: int = 0) -> list[Record]:
        """Return the records of the facts after a version, and that of the case."""
        return [*(encode(fact, source="/tests") for fact in self.facts[since:]), self.document()]


def case_record(case: Case) -> Record:
    """Return the record of a case in the state topic."""
    value = msgspec.json.encode(case)
    return Record(topic=CASES, key=case.tracking_code.encode(), value=value, headers=(("format", b"1"),))


def stored(record: Record, offset: int = 0, partition: int = 0) -> StoredRecord:
    """Return a record as Kafka gives it."""
    return StoredRecord(record.topic, partition, offset, record.key, record.value, record.headers, timestamp_ms=0)


class Transactions:
    """Writes records as the router's step does: in transactions."""

    def __init__(self, brokers: str, name: str) -> None:
        """Begin as the only writer with this name."""
        self._producer = Producer(
            {
                "bootstrap.servers": brokers,
                "transactional.id": name,
                "partitioner": "murmur2_random",
                "transaction.timeout.ms": 20_000,
                "linger.ms": 5,
                "compression.type": "lz4",
                "queue.buffering.max.messages": 500_000,
            }
        )
        self._producer.init_transactions(20)

    def write(self, records: Iterable[Record], *, commit: bool = True) -> None:
        """Write records in one transaction, and commit or abort it."""
        self.begin()
        self.send(records)
        self.flush()
        if commit:
            self.commit()
        else:
            self._producer.abort_transaction(30)

    def begin(self) -> None:
        """Open a transaction."""
        self._producer.begin_transaction()

    def flush(self) -> None:
        """Wait until the broker has what was sent."""
        self._producer.flush(30)

    def commit(self) -> None:
        """Commit the transaction that is open."""
        self._producer.commit_transaction(30)

    def send(self, records: Iterable[Record]) -> None:
        """Write records within the transaction that is open."""
        for record in records:
            while True:
                try:
                    self._producer.produce(
                        record.topic, record.value, record.key, headers=list(record.headers), on_delivery=_check
                    )
                except BufferError:
                    self._producer.poll(0.1)
                else:
                    break

    def delete(self, topic: str, key: str) -> None:
        """Write a tombstone."""
        self._producer.begin_transaction()
        self._producer.produce(topic, None, key.encode())
        self._producer.commit_transaction(30)


def _check(error: Any, _message: Any) -> None:
    assert error is None, error
