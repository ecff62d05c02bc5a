"""The transaction of one turn of a sender: what it writes, and what it does after the commit."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from channels.sending.texts import About, Text, early_key, read_sent, read_state, sent_key, sent_value
from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import encode
from complaints.bus.step.batch import Pending
from complaints.bus.step.held.fuses import Fuses
from complaints.bus.step.murmur2 import partition_of
from complaints.bus.step.states.store import Store, StoredState
from complaints.contract import CONVERSATIONS
from complaints.errors import PoisonError
from complaints.mail import Delivery, DeliveryOutcome, SendReport
from complaints.runtime import telemetry

FORMAT: Final = 1
"""The number of the format of the senders' states."""

SENT_KEPT_MS: Final = 3 * 86_400_000
"""How long an upstream's identifier is kept with its text: SMSCs give up a text after a day or two, and report so."""

EARLY_KEPT_MS: Final = 10 * 60_000
"""How long a report waits for the outcome of its text: much longer than an account waits for an answer."""

MOST_EARLY: Final = 1_000
"""The maximum number of reports that wait for the outcome of their text."""

_REPORT: Final = msgspec.json.Decoder(SendReport)


@dataclass(slots=True, kw_only=True)
class Draft:
    """The transaction of one turn.

    Attributes:
        channel: the name of the channel.
        now_ms: the time of the turn by Kafka's clock, or by this machine's while Kafka's is not known.
        until_ms: when its attempts expire, by this machine's clock, so that a process that was suspended does not send late.
        store: the committed states.
        early: the reports that wait for the outcome of their text: state keys to states.
        reported: whether the upstream reports later what became of a text.
        fuses: the fuses of the partitions.
        pending: the records, states and positions to write.
        origins: for each record to another topic, the partition of the account that it is about.
        texts: the texts whose states are written, as they are at the end of the turn.
        counts: the number of replies per outcome.
        settled: the tokens of the attempts that it settles.
        submits: the texts with a new attempt.
        after: the functions to call after the commit.
    """

    channel: str
    now_ms: int
    until_ms: int
    store: Store
    early: dict[bytes, bytes]
    reported: bool
    fuses: Fuses
    pending: Pending = field(default_factory=Pending)
    origins: list[int] = field(default_factory=list)
    texts: dict[bytes, Text] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    settled: list[str] = field(default_factory=list)
    submits: list[Text] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The CloudEvents source of what it writes."""
        return f"/senders/{self.channel}"

    def dead(self, record: StoredRecord, error: PoisonError) -> None:
        """Write the dead letter of a record."""
        self.pending.dead.append(record)
        self.write(encode(of_record(record, error), source=self.source), record.partition)
        self.counted(record, error)

    def counted(self, record: StoredRecord, error: PoisonError | None) -> None:
        """Count a record that was taken, or became a dead letter, for the fuse of its partition."""
        for written in self.fuses.count(self.pending.counted, record, error, now_ms=self.now_ms):
            self.write(written, record.partition)

    def finished(self) -> set[int]:
        """Write the states of the saved texts, and return the partitions of all states in this transaction."""
        for text in self.texts.values():
            self.put(text.partition, text.key, text.stored())
        return {partition for partition, _ in self.pending.states}

    def count(self) -> None:
        """Count the outcomes, once they are committed."""
        for outcome, number in self.counts.items():
            telemetry.REPLIES.labels(self.channel, outcome).inc(number)

    def put(self, partition: int, key: bytes, value: bytes, *, due_ms: int = 0) -> None:
        """Write a state. If it has a due time, it is deleted at that time."""
        if not due_ms:  # the states of texts and of accounts never have one
            self.pending.formers[partition, key] = 0
        self.pending.states[partition, key] = StoredState(FORMAT, due_ms, value)

    def drop(self, partition: int, key: bytes, *, former_ms: int | None = 0) -> None:
        """Delete a state. `former_ms` is its due time: 0 if it has none, None if it is not known."""
        if former_ms is not None:
            self.pending.formers[partition, key] = former_ms
        self.pending.states[partition, key] = None

    def held(self, partition: int, key: bytes) -> StoredState | None:
        """Return a state as this turn leaves it."""
        at = (partition, key)
        return self.pending.states[at] if at in self.pending.states else self.store.get(*at)

    def write(self, record: Record, about: int) -> None:
        """Write a record to any topic.

        Args:
            record: the record.
            about: the partition of the account that the record is about.
        """
        self.pending.outputs.append((record, None))
        self.origins.append(about)

    def part(self, partition: int) -> Pending:
        """Return what it writes about the accounts of one partition."""
        pending = self.pending
        return Pending(
            outputs=[one for one, at in zip(pending.outputs, self.origins, strict=True) if at == partition],
            states={at: state for at, state in pending.states.items() if at[0] == partition},
            positions={at: offset for at, offset in pending.positions.items() if at == partition},
        )

    def save(self, text: Text) -> None:
        """Write the state of a text as it is at the end of the turn."""
        self.texts[text.key] = text

    def settle(self, text: Text) -> None:
        """Delete the state of a text."""
        self.texts.pop(text.key, None)
        self.drop(text.partition, text.key)

    def deliver(
        self,
        about: About,
        outcome: DeliveryOutcome,
        *,
        upstream_id: str = "",
        reason: str = "",
        at: datetime | None = None,
    ) -> None:
        """Write the delivery of a reply, to the citizen's mailbox only if it concerns him.

        Args:
            about: the reply.
            outcome: what became of it.
            upstream_id: the upstream's identifier of the text. It is recorded only if the upstream reports on texts by it: the identifier
                of a public post would show anybody whom it answers.
            reason: why it did not arrive, or the upstream's words about it.
            at: when; by default now.
        """
        delivery = Delivery(
            id=ids.delivery_id(about.reply_id, outcome.value),
            reply_id=about.reply_id,
            citizen=about.citizen,
            complaint_id=about.complaint_id,
            tracking_code=about.tracking_code,
            channel=self.channel,
            account=about.account,
            kind=about.kind,
            outcome=outcome,
            upstream_id=upstream_id if self.reported else "",
            reason=reason,
            at=at or datetime.fromtimestamp(self.now_ms / 1000, UTC),
            secret=about.secret,
        )
        record = encode(delivery, source=self.source)
        partition = partition_of(about.account.encode(), self.fuses.partitions)
        self.write(record, partition)
        if delivery.concerns_citizen:
            self.write(record._replace(topic=CONVERSATIONS), partition)
        self.counts[outcome.value] += 1

    def sent(self, text: Text, upstream_id: str) -> None:
        """Write that a text was sent, keep its identifier for later reports, and write the report that came early, if one did."""
        about = text.about
        self.deliver(about, DeliveryOutcome.sent, upstream_id=upstream_id)
        if not upstream_id or not self.reported:
            return
        key, early = sent_key(about.account, upstream_id), early_key(about.account, upstream_id)
        self.put(text.partition, key, sent_value(about), due_ms=self.now_ms + SENT_KEPT_MS)
        if early in self.early:
            report = read_state(self.early.pop(early), _REPORT, partition=text.partition)
            self.drop(text.partition, early, former_ms=None)
            self.report(text.partition, report, flies=False)

    def report(self, partition: int, report: SendReport, *, flies: bool) -> None:
        """Write the delivery that an upstream reports. If it is not known which text the report is about, keep the report or count it.

        Args:
            partition: the partition of the report's record.
            report: the report.
            flies: whether a text of the account is on its way: the report may be about that one.
        """
        key = sent_key(report.account, report.upstream_id)
        held = self.held(partition, key)
        if held is None:
            self._keep_early(partition, report, flies=flies)
            return
        about = read_sent(held.value, partition=partition)
        outcome = DeliveryOutcome.delivered if report.ok else DeliveryOutcome.undeliverable
        if outcome.value in about.told:  # a report that came twice
            return
        self.put(partition, key, sent_value(about, (*about.told, outcome.value)), due_ms=held.due_ms)
        self.pending.formers[partition, key] = held.due_ms
        self.deliver(about, outcome, upstream_id=report.upstream_id, reason=report.detail, at=report.at)

    def _keep_early(self, partition: int, report: SendReport, *, flies: bool) -> None:
        if not flies or len(self.early) >= MOST_EARLY:
            self.unknown_report()
            return
        key, value = early_key(report.account, report.upstream_id), msgspec.json.encode(report)
        self.early[key] = value
        self.put(partition, key, value, due_ms=self.now_ms + EARLY_KEPT_MS)

    def unknown_report(self) -> None:
        """Count a report whose text is not known."""
        self.counts["report-unknown"] += 1
