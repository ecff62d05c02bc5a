"""One transaction of a step: outputs, states, positions and offsets appear together, or not at all."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from complaints.bus import Record
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.kafka import SLICE_S
from complaints.bus.step.place.places import committed_as
from complaints.bus.step.place.positions import Mark, Position, position_key, written
from complaints.bus.step.states.records import mark_of, state_headers
from complaints.bus.step.states.store import Change
from complaints.bus.step.watchdog import Aside, Hung, Watchdog
from complaints.errors import BusUnavailable, LaporError

ANSWER_S: Final = 10.0
"""Seconds that the broker may take for one call of a transaction: twice the time after which it aborts the transaction itself."""


HUNG_S: Final = ANSWER_S + 2
"""Seconds after which a call counts as hung, because it has ignored its timeout."""


class Refused(LaporError):
    """The broker refused a record of the transaction for good, because it is too large."""


class Aborted(BusUnavailable):
    """The transaction was aborted; its records must be handled again."""


class Fenced(LaporError):
    """Another worker has this worker's transactional id or its partitions; this one must stop."""


class Work(NamedTuple):
    """The output of a transaction."""

    outputs: Sequence[tuple[Record, int | None]]
    changes: Mapping[int, Sequence[Change]]
    positions: Mapping[int, Position]


class Transactions:
    """Writes transactions under one id. For the worker's thread."""

    def __init__(  # noqa: PLR0913  # the parts of a writer
        self,
        producer: Producer,
        spec: StepTopics,
        *,
        id_: str,
        beat: Callable[[], None],
        aside: Aside | None = None,
        states_id: str = "",
    ) -> None:
        """Take a producer whose init_transactions has been called.

        Args:
            producer: the transactional producer.
            spec: the step, with its mailbox and its state topic.
            id_: its transactional id.
            beat: called about once per second while Kafka takes the records.
            aside: makes the call that may hang; None lets it end the process.
            states_id: the id of the state topic.
        """
        self._producer, self._id, self._beat, self.topics = producer, id_, beat, spec
        self._states_id = states_id
        self._mailbox, self._states, self._position_key = spec.mailbox, spec.states, position_key(spec.name)
        self._watchdog, self._aside = Watchdog(), aside
        self._delivered: dict[int, Mark] = {}
        self._faults: list[KafkaError] = []

    def begin(self) -> None:
        """Begin a transaction.

        Raises:
            Fenced: the id is another worker's by now.
        """
        self._delivered, self._faults = {}, []
        try:
            self._producer.begin_transaction()
        except KafkaException as error:
            raise self._ended(error) from error

    def produce(self, work: Work) -> None:
        """Hand the records of the transaction to the client.

        Raises:
            Refused: the client will never accept one of them; the transaction is aborted.
            Aborted: the transaction had to be aborted.
            Fenced: the id is another worker's by now.
        """
        try:
            for record, partition in work.outputs:
                self._produce(record.topic, record.key, record.value, list(record.headers), partition)
            for partition, changes in work.changes.items():
                for key, state, _ in changes:
                    headers = [] if state is None else state_headers(state)
                    self._produce(self._states, key, None if state is None else state.value, headers, partition)
            for partition, position in work.positions.items():
                self._produce(self._states, self._position_key, written(position, self._states_id), [], partition)
        except (KafkaException, SystemError) as error:
            raise self._ended(self._fault_of(error)) from error

    def flush(self) -> None:
        """Wait until Kafka has all records of the transaction.

        Raises:
            Refused: the broker will never accept one of them; the transaction is aborted.
            Aborted: the broker did not accept them in time; the transaction is aborted.
            Fenced: the id is another worker's by now.
        """
        deadline = time.monotonic() + ANSWER_S
        try:
            while (left := self._producer.flush(SLICE_S)) and time.monotonic() < deadline:
                self._beat()
        except (KafkaException, SystemError) as error:
            raise self._ended(self._fault_of(error)) from error
        if not left and not self._faults:
            return
        why = self._why() if self._faults else None  # without a fault a commit would commit, and not return the error
        self.abort()
        if why == KafkaError.MSG_SIZE_TOO_LARGE:
            raise Refused("Kafka refuses a record of the transaction: it is larger than its topic allows")
        raise Aborted(f"Kafka did not take {left or len(self._faults)} records of a transaction")

    def _fault_of(self, error: KafkaException | SystemError) -> KafkaException:
        """Return the fault that made a call of the client fail.

        If the client raises a fatal error between two reports, Python sees a SystemError, with or without the fault as its cause.
        """
        fault = error if isinstance(error, KafkaException) else error.__cause__
        return fault if isinstance(fault, KafkaException) else self._told_by_commit()

    def _why(self) -> int:
        """Return the code of the error that has failed the transaction."""
        return int(self._told_by_commit().args[0].code())

    def _told_by_commit(self) -> KafkaException:
        """Return the fault that has failed the transaction.

        The delivery reports do not tell it: records that were refused together, and those after them, are reported only as purged. A
        commit of a transaction that has failed does nothing but return the fault.
        """
        try:
            self._producer.commit_transaction(ANSWER_S)
        except KafkaException as error:
            return error
        raise Fenced(f"{self._id} must stop: a transaction was committed without some of its records")

    def _produce(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, str | bytes | None]],
        partition: int | None,
    ) -> None:
        while True:
            try:
                self._producer.produce(
                    topic,
                    value,
                    key,
                    partition=-1 if partition is None else partition,
                    on_delivery=self._on_delivery,
                    headers=headers,
                )
            except BufferError:
                self._producer.poll(0.05)
            else:
                return

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._faults.append(error)
        elif message.topic() == self._states:
            number, mark = message.partition() or 0, mark_of(message)
            self._delivered[number] = max(mark, self._delivered.get(number, mark))

    def send_offsets(self, positions: Mapping[int, Position], consumer: Consumer) -> None:
        """Make the offsets part of the transaction; the group's metadata fence a worker that has lost its partitions.

        After a broker was away the client may wait for the group's coordinator for ever, whatever timeout it is given
        (confluentinc/librdkafka#5456). The process ends then, or this worker if it shares the process: meanwhile the client's own threads
        tell the group that this worker is well, so no other one would get its partitions.

        Raises:
            Aborted: the group has changed; the transaction is aborted.
            Fenced: the id is another worker's by now, or the call hangs.
        """
        marks = [committed_as(self._mailbox, partition, position) for partition, position in positions.items()]
        send = partial(self._producer.send_offsets_to_transaction, marks, consumer.consumer_group_metadata(), ANSWER_S)
        try:
            if self._aside is not None:
                self._aside.call(send, within_s=HUNG_S, beat=self._beat)
            else:
                with self._watchdog.within(HUNG_S, "send_offsets_to_transaction"):
                    send()
        except KafkaException as error:
            raise self._ended(error) from error
        except Hung as error:
            raise Fenced(f"{self._id} must stop: Kafka's client does not come back") from error

    def commit(self) -> Mapping[int, Mark]:
        """Commit, and return the last record of the state topic in each partition that was written.

        Raises:
            Aborted: the broker did not commit.
            Fenced: the id is another worker's by now, or it is unknown whether the broker has committed.
        """
        for last in (False, True):
            try:
                self._producer.commit_transaction(ANSWER_S)
                break
            except KafkaException as error:
                if last or not error.args[0].retriable():
                    raise self._ended(error) from error
        return self._delivered

    def abort(self) -> None:
        """Abort the transaction.

        Raises:
            Fenced: that cannot be done; the broker's timeout will do it.
        """
        try:
            self._producer.abort_transaction(ANSWER_S)
        except KafkaException as error:
            raise Fenced(f"a transaction of {self._id} could not be aborted: {error}") from error

    def _ended(self, error: KafkaException) -> LaporError:
        fault: KafkaError = error.args[0]
        if fault.code() == KafkaError.MSG_SIZE_TOO_LARGE:  # the client itself refuses a record
            self.abort()
            return Refused("Kafka's client refuses a record of the transaction: it is too large")
        if fault.txn_requires_abort():
            self.abort()
            return Aborted(f"a transaction of {self._id} was aborted: {fault}")
        return Fenced(f"{self._id} must stop: {fault}")
