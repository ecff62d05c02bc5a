"""Deletes records of mailboxes as retention does: what all readers have committed, and once a record that nobody has read."""

import signal
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from complaints.bus import Record
from complaints.bus.confluent import ConfluentProducer
from complaints.bus.confluent.board import ConfluentBoard
from complaints.bus.control import pause, resume
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.errors import BusUnavailable
from tests.harness.cases.log import Entry, Topics, committed, of_kind
from tests.harness.messages.watch import Watch
from tests.harness.support import wait_until

READERS: Final[Mapping[str, Sequence[str]]] = {
    "lapor.conversations": ("lapor-conversation",),
    "lapor.complaints": ("lapor-router",),
    "lapor.sends": tuple(f"lapor-sender-{channel}" for channel in ("sms", "telegram", "twitter", "webhook")),
}
"""The mailboxes, with the steps that read each."""

STEP: Final = "lapor-conversation"
"""The step from which an unread record is taken away."""

OBEYED_S: Final = 3.0
"""How long a pause may take until every worker has obeyed."""

SETTLED_S: Final = 120.0
"""How long the steps may take until all of them have committed the ends of their mailboxes."""


@dataclass
class Deleter:
    """Deletes records, and keeps what it deletes for the checker.

    Attributes:
        brokers: host:port.
        watch: sees what is deleted, for it may not have read it yet.
        deletions: how often it has deleted something.
        records: how many committed records it has deleted.
    """

    brokers: str
    watch: Watch
    deletions: int = 0
    records: int = 0
    _kept: dict[str, dict[tuple[int, int], Entry]] = field(default_factory=lambda: defaultdict(dict))

    def delete(self) -> bool:
        """Delete what all readers of each mailbox have committed; return whether the broker was there to do it."""
        try:
            for mailbox, steps in READERS.items():
                self._delete(mailbox, self._done(mailbox, steps))
        except (BusUnavailable, KafkaException, AssertionError):  # the broker has just been killed
            return False
        self.deletions += 1
        return True

    def topics(self) -> Topics:
        """Return what is and was on Kafka."""
        found = Topics.read(self.brokers)
        whole = {
            name: self._whole(f"lapor.{name}", getattr(found, name))
            for name in ("conversations", "complaints", "sends")
        }
        return found._replace(**whole)

    def delete_unread(self, kill: Callable[[str, int], None], topics: Topics) -> dict[str, Any]:
        """Let the conversation pause, write a record, delete it unread, kill the workers, and let them go on.

        Args:
            kill: sends a signal to the processes of a service.
            topics: what is on Kafka before.

        Returns:
            The place of the record, and what the dead letters say about it.
        """
        board, before = ConfluentBoard(self.brokers), {(entry.partition, entry.offset) for entry in topics.letters}
        board.write([pause(STEP, since_ms=time.time_ns() // 1_000_000)])
        time.sleep(OBEYED_S)
        again = of_kind(topics.conversations, "received")[0]
        producer = ConfluentProducer(self.brokers)
        record = Record("lapor.conversations", again.key, again.value or b"", tuple(again.headers.items()))
        at = producer.send(record).result(30)
        producer.close()
        self._delete(at.topic, {at.partition: at.offset + 1})
        kill("conversation", signal.SIGKILL)
        board.write([resume(STEP)])
        wait_until(self._are_at_their_ends, timeout_s=SETTLED_S, what="the ends of all mailboxes")
        found = committed(self.brokers, "lapor.deadletters")
        letters = [entry.said for entry in found if (entry.partition, entry.offset) not in before]
        said = [letter for letter in letters if letter["error_class"] == "DeletedUnread"]
        return {"at": str(at), "letters": len(letters), "said": [letter["reason"] for letter in said]}

    def _done(self, mailbox: str, steps: Sequence[str]) -> dict[int, int]:
        admin = KafkaPythonAdmin(self.brokers)
        try:
            known = [admin.group_offsets(step) for step in steps]
        finally:
            admin.close()
        places = {at for offsets in known for at in offsets if at[0] == mailbox}
        return {at[1]: min(offsets.get(at, 0) for offsets in known) for at in places}

    def _delete(self, mailbox: str, until: Mapping[int, int]) -> None:
        entries = [entry for entry in committed(self.brokers, mailbox) if entry.offset < until.get(entry.partition, 0)]
        self._kept[mailbox] |= {(entry.partition, entry.offset): entry for entry in entries}
        for entry in entries:
            self.watch.see(mailbox, entry.headers.get("ce_type"), entry.value)
        admin = AdminClient({"bootstrap.servers": self.brokers})
        places = [TopicPartition(mailbox, partition, offset) for partition, offset in until.items() if offset > 0]
        for answer in admin.delete_records(places, request_timeout=10).values() if places else ():
            answer.result(15)
        self.records += len(entries)

    def _whole(self, topic: str, left: Sequence[Entry]) -> list[Entry]:
        places = self._kept[topic] | {(entry.partition, entry.offset): entry for entry in left}
        return [places[at] for at in sorted(places)]

    def _are_at_their_ends(self) -> bool:
        """Return whether each step has committed the end of each partition, behind the markers of transactions."""
        admin = KafkaPythonAdmin(self.brokers)
        try:
            for mailbox, steps in READERS.items():
                ends = admin.end_offsets(mailbox)
                if any(admin.group_offsets(step) != ends for step in steps):
                    return False
        finally:
            admin.close()
        return True
