"""Puts the records of dead letters back into their mailboxes, each at most once, so that a corrected worker handles them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from complaints.bus import Position, Producer, Record, Scanner, StoredRecord
from complaints.bus.deadletter import is_cut
from complaints.bus.envelope import type_in, type_of
from complaints.contract import topics
from complaints.errors import BusUnavailable, ContractViolation
from complaints.event import DeadLetter
from complaints.mail import Reply
from ops.deadletters import Found, counts, letter_at

REDRIVES_HEADER: Final = "ce_redrives"
"""The header of a record that was put back, with the id of its dead letter."""

ACKNOWLEDGED_WITHIN_S: Final = 60.0
"""Seconds to wait until Kafka has acknowledged a record that was put back."""

_REPLY: Final = type_of(Reply)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The number of letters per result.

    Attributes:
        put_back: the number of records that were put back and acknowledged.
        before: the number of records that had been put back before; nothing was written for them.
        refused: the number of records that cannot be put back, or that Kafka did not acknowledge.
    """

    put_back: int = 0
    before: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return f"put back {self.put_back}, were back before {self.before}, could not be put back {self.refused}"


def redrive(found: Collection[Found], scanner: Scanner, producer: Producer, say: Callable[[str], object]) -> Tally:
    """Put the records of dead letters back into their own mailboxes, in their original order, and wait until Kafka has them.

    A record keeps its key, value and headers, and gets REDRIVES_HEADER. One that is back already is not put back again.

    Raises:
        BusUnavailable: Kafka cannot be read.
    """
    tally, sent = Tally(), list[tuple[Found, Future[Position]]]()
    back = put_back_before(found, scanner)
    for one in sorted(
        found, key=lambda one: (str(one.place and one.place.topic), one.place.offset if one.place else 0)
    ):
        if one.id in back:
            tally.before += 1
            say(f"{one.id}  is back already: {back[one.id]}")
            continue
        try:
            record = original(one, scanner)
        except ContractViolation as error:
            tally.refused += 1
            say(f"{one.id}  cannot be put back: {error}")
            continue
        sent.append((one, producer.send(record)))
    for one, answer in sent:
        try:
            say(f"{one.id}  put back: {answer.result(ACKNOWLEDGED_WITHIN_S)}")
            tally.put_back += 1
        except (BusUnavailable, ContractViolation, TimeoutError) as error:
            tally.refused += 1
            say(
                f"{one.id}  not acknowledged: {error or 'no answer in time'}; try again: what is back is not put back twice"
            )
    return tally


def original(found: Found, scanner: Scanner) -> Record:
    """Return the record of a dead letter as it was, with REDRIVES_HEADER.

    It is read from its own place. If Kafka has deleted it there, it is restored from the letter, if the letter has all of it.

    Raises:
        ContractViolation: the record cannot be restored, or must not be put back; the text says why.
        BusUnavailable: Kafka cannot be read.
    """
    place = _mailbox_place(found)
    letter = letter_at(scanner, found.position)
    stored = scanner.read(place)
    if stored is None:
        stored = _of_letter(letter, place)
    elif not _is_of(stored, letter):
        raise ContractViolation(f"{place} is another record now: the topic was made anew")
    if stored.key is None or stored.value is None:
        raise ContractViolation(f"{place} has no {'key' if stored.key is None else 'value'}: no worker can handle it")
    kept = tuple(header for header in stored.headers if header[0] != REDRIVES_HEADER)
    headers = (*kept, (REDRIVES_HEADER, str(found.id).encode()))
    return Record(topic=stored.topic, key=stored.key, value=stored.value, headers=headers)


def listed(found: Collection[Found], scanner: Scanner) -> Iterator[str]:
    """Yield the lines of the list of dead letters: their numbers by kind, the number that was put back, and a line for each letter.

    Raises:
        BusUnavailable: Kafka cannot be read.
    """
    back = put_back_before(found, scanner)
    yield from counts(found, without=back)
    if back:
        yield f"{len(back)}  put back before, not counted above"
    for one in found:
        yield f"{one}  put back: {back[one.id]}" if one.id in back else str(one)
    if not found:
        yield "no dead letters"


def proposed(found: Collection[Found], scanner: Scanner) -> Iterator[str]:
    """Yield the lines that say what would be put back: the numbers of letters by kind, and the number that was put back before.

    Raises:
        BusUnavailable: Kafka cannot be read.
    """
    back = put_back_before(found, scanner)
    yield from counts(found, without=back)
    before = f", of which {len(back)} were put back before" if back else ""
    if not found:
        yield "no dead letters"
    elif len(back) == len(found):
        yield f"{len(found)} dead letters, which were all put back before: nothing is left to put back"
    else:
        yield f"{len(found)} dead letters{before}; nothing was put back now: repeat it with --yes"


def _mailbox_place(found: Found) -> Position:
    if found.place is None:
        raise ContractViolation(
            f"it is a message that {found.channel} could not read, sealed as it came: it has no record that a worker could handle"
        )
    declared = topics().get(found.place.topic)
    if declared is None or not declared.steps:
        raise ContractViolation(
            f"{found.place.topic} is no mailbox but a record of what happened, whose order counts:"
            " let the mended sink read it again from this offset (docs/operations.md)"
        )
    return found.place


def _is_of(stored: StoredRecord, letter: DeadLetter) -> bool:
    """Return whether a letter was made from this record. A letter may have only the record's beginning, or a reply without its text."""
    value = stored.value or b""
    if type_in(stored) == _REPLY and value != letter.payload:
        with suppress(orjson.JSONDecodeError, AttributeError):
            return _without_text(value) == _without_text(letter.payload)
    return value.startswith(letter.payload) and (is_cut(letter) or value == letter.payload)


def _without_text(value: bytes) -> dict[str, object]:
    return {name: content for name, content in orjson.loads(value).items() if name != "text"}


def _of_letter(letter: DeadLetter, place: Position) -> StoredRecord:
    """Return the record restored from its letter."""
    gone = f"{place} is past the retention of its topic, and the dead letter"
    key = letter.headers.get("ce_subject")
    if not key or is_cut(letter):
        raise ContractViolation(f"{gone} has only a part of it")
    headers = tuple((name, value.encode()) for name, value in letter.headers.items())
    stored = StoredRecord(place.topic, place.partition, place.offset, key.encode(), letter.payload, headers, 0)
    if type_in(stored) == _REPLY and b'"text":""' in letter.payload:
        raise ContractViolation(f"{gone} of a reply does not have its text")
    return stored


def put_back_before(found: Collection[Found], scanner: Scanner) -> dict[UUID, Position]:
    """Return the positions of records that were put back before, by the ids of their letters, as far as Kafka still has them.

    Raises:
        BusUnavailable: Kafka cannot be read.
    """
    wanted, back = {str(one.id).encode(): one.id for one in found}, dict[UUID, Position]()
    for place in _firsts([one.place for one in found if one.place is not None]):
        start = {(place.topic, place.partition): place.offset + 1}
        for batch in scanner.scan(place.topic, start=start, only=place.partition):
            for record in batch:
                for name, value in record.headers:
                    if name == REDRIVES_HEADER and value in wanted:
                        back[wanted[value]] = record.position
    return back


def _firsts(places: Sequence[Position]) -> Iterator[Position]:
    """Yield the first place in each partition of a mailbox: a record that was put back is behind it, in the same partition."""
    mailboxes = {name for name, topic in topics().items() if topic.steps}
    firsts: dict[tuple[str, int], Position] = {}
    for place in sorted(places, key=lambda place: place.offset):
        if place.topic in mailboxes:
            firsts.setdefault((place.topic, place.partition), place)
    yield from firsts.values()
