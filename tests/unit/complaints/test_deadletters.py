"""Dead letters as the operator sees them, and their records put back: whole, once, or not at all with the reason."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import orjson
from typer.testing import CliRunner

from complaints import ids
from complaints.bus import Batch, Offsets, Position, Record, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import encode
from complaints.calendar import ms_of
from complaints.command import CommandKind
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS, DEAD_LETTERS
from complaints.errors import ContractViolation
from complaints.event import DeadLetter
from complaints.mail import Reply, ReplyKind
from conversation.records import unheard
from lapor.cli import app
from ops.deadletters import Found, counts, described, find, letter_at
from ops.redrive import REDRIVES_HEADER, Tally, listed, proposed, redrive
from tests.harness.events import complaint
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.house import said
from tests.harness.support import NOON
from tests.harness.tables import row_by_row
from tests.harness.there import there


class Kafka(MemoryProducer):
    """The Kafka in memory with a Scanner, and with a retention."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.first: dict[str, int] = {}

    def scan(
        self, topic: str, *, start: Offsets | None = None, since_ms: int | None = None, only: int | None = None
    ) -> Iterator[Batch]:
        """Yield the records that are not deleted."""
        assert not only
        begin = (start or {}).get((topic, 0), 0)
        yield [one for one in self._left(topic) if one.offset >= begin and one.timestamp_ms >= (since_ms or 0)]

    def firsts(self, topic: str) -> Offsets:
        """Return where each partition begins."""
        return dict.fromkeys(self.ends(topic), 0)

    def ends(self, topic: str) -> Offsets:
        """Return the end of the only partition."""
        return {(topic, 0): len(self.stored(topic))}

    def read(self, position: Position) -> StoredRecord | None:
        """Return the record that is not deleted."""
        return next((one for one in self._left(position.topic) if one.position == position), None)

    def _left(self, topic: str) -> list[StoredRecord]:
        return self.stored(topic)[self.first.get(topic, 0) :]

    def dies(self, record: Record, error: Exception | None = None, source: str = "/router") -> StoredRecord:
        """Write a record and its dead letter, and return it as Kafka holds it."""
        at = self.send(record).result()
        stored = there(self.read(at))
        self.send(encode(of_record(stored, error or ContractViolation(f"{at} is not JSON")), source=source))
        return stored

    def letters(self, **only: Any) -> list[Found]:
        """Return what `find` finds."""
        return list(find(self, **only).values())

    def put_back(self) -> tuple[Tally, list[str]]:
        """Redrive all letters."""
        lines: list[str] = []
        return redrive(self.letters(), self, self, lines.append), lines


REFUSAL = encode(said(CommandKind.refuse, complaint(), "pln"), source="/tests")


def reply() -> Reply:
    """Return a reply with a text."""
    about = complaint()
    return Reply(
        id=ids.message_id("sms", "reply"),
        citizen="c",
        complaint_id=about.id,
        tracking_code=about.tracking_code,
        channel="sms",
        kind=ReplyKind.received,
        text="Laporan Anda kami terima.",
        created_at=NOON,
        caused_by=about.id,
    )


def test_the_list_counts_by_place_and_reason_and_shows_no_text() -> None:
    """A reason that differs only by the record's own place is one reason, and an error that may quote a citizen is not quoted."""
    kafka = Kafka()
    for _ in range(2):
        kafka.dies(Record(topic=COMPLAINTS, key=b"k", value=b"jalan rusak"))
    kafka.dies(Record(topic=CONVERSATIONS, key=b"k", value=b"{}"), ValueError("jalan rusak"), "/conversation")
    found = kafka.letters()
    assert list(counts(found)) == [
        f"2  {COMPLAINTS}  router  ContractViolation: it is not JSON",
        f"1  {CONVERSATIONS}  conversation  ValueError: our own fault",
    ]
    assert [f"{COMPLAINTS}/0/1" in str(one) for one in found] == [False, True, False]
    shown = [line for one in found for line in (str(one), *described(one, letter_at(kafka, one.position)))]
    assert not any("jalan rusak" in line for line in shown)
    assert "content   11 bytes" in shown
    assert [one.by for one in kafka.letters(topic=CONVERSATIONS)] == ["conversation"]
    assert len(kafka.letters(by="router")) == 2
    assert [one.has("own FAULT") for one in found] == [False, False, True]


def test_a_letter_written_twice_is_one() -> None:
    """Each reader gives it the same id."""
    kafka = Kafka()
    kafka.dies(REFUSAL)
    again = kafka.stored(DEAD_LETTERS)[0]
    kafka.send(Record(topic=DEAD_LETTERS, key=again.key or b"", value=again.value or b"", headers=again.headers))
    assert len(kafka.letters()) == 1


def test_a_record_is_put_back_as_it_was_and_once() -> None:
    """Its own topic, key, value and headers, and the name of its letter."""
    kafka = Kafka()
    before = kafka.dies(REFUSAL)
    letter = kafka.letters()[0]
    tally, lines = kafka.put_back()
    assert (tally.put_back, lines) == (1, [f"{letter.id}  put back: {COMPLAINTS}/0/1"])
    back = kafka.stored(COMPLAINTS)[1]
    assert (back.key, back.value) == (before.key, before.value)
    assert back.headers == (*before.headers, (REDRIVES_HEADER, str(letter.id).encode()))
    tally, lines = kafka.put_back()
    assert (tally.put_back, tally.before, tally.refused) == (0, 1, 0)
    assert lines == [f"{letter.id}  is back already: {COMPLAINTS}/0/1"]
    assert len(kafka.stored(COMPLAINTS)) == 2


def test_what_was_put_back_is_marked_in_the_list_and_counted_apart() -> None:
    """The operator sees what is left to do."""
    kafka = Kafka()
    kafka.dies(REFUSAL)
    kafka.put_back()
    kafka.dies(Record(topic=CONVERSATIONS, key=b"k", value=b"{}"), source="/conversation")
    first, second = kafka.letters()
    assert list(listed([first, second], kafka)) == [
        f"1  {CONVERSATIONS}  conversation  ContractViolation: it is not JSON",
        "1  put back before, not counted above",
        f"{first}  put back: {COMPLAINTS}/0/1",
        str(second),
    ]
    assert [*proposed([first, second], kafka)][-1] == (
        "2 dead letters, of which 1 were put back before; nothing was put back now: repeat it with --yes"
    )
    assert list(listed([], kafka)) == list(proposed([], kafka)) == ["no dead letters"]


def test_redriving_what_is_all_back_says_so() -> None:
    """Not that nothing was put back."""
    kafka = Kafka()
    kafka.dies(REFUSAL)
    kafka.put_back()
    assert list(proposed(kafka.letters(), kafka)) == [
        "1 dead letters, which were all put back before: nothing is left to put back"
    ]


@row_by_row
def test_a_misspelt_step_or_topic_is_an_error_that_lists_the_known_ones(option: str, known: str) -> None:
    """Otherwise it would find nothing, as if nothing were dead."""
    done = CliRunner().invoke(
        app, ["deadletters", "list", option], env={"LAPOR_KAFKA": "127.0.0.1:1", "COLUMNS": "400"}
    )
    assert done.exit_code == 2
    assert known in done.output


def test_a_record_that_dies_again_is_put_back_under_its_new_letter() -> None:
    """The worker was not mended the first time."""
    kafka = Kafka()
    kafka.dies(REFUSAL)
    kafka.put_back()
    back = kafka.stored(COMPLAINTS)[1]
    kafka.send(encode(of_record(back, ContractViolation("no")), source="/router"))
    tally, _ = kafka.put_back()
    assert (tally.put_back, tally.before) == (1, 1)
    names = [value for name, value in kafka.stored(COMPLAINTS)[2].headers if name == REDRIVES_HEADER]
    assert names == [str(ids.dead_letter_id(str(back.position))).encode()]


def test_past_the_retention_the_letter_gives_the_record_if_it_has_all_of_it() -> None:
    """A letter with a part of it, or without a key, is refused with the reason."""
    kafka = Kafka()
    kafka.dies(REFUSAL)
    kafka.dies(Record(topic=COMPLAINTS, key=REFUSAL.key, value=b"x" * 800_000, headers=REFUSAL.headers))
    kafka.dies(Record(topic=COMPLAINTS, key=b"k", value=b"{}"))
    kafka.first[COMPLAINTS] = 3
    tally, lines = kafka.put_back()
    assert (tally.put_back, tally.refused) == (1, 2)
    back = kafka.stored(COMPLAINTS)[3]
    assert (back.key, back.value, back.headers[:-1]) == (REFUSAL.key, REFUSAL.value, REFUSAL.headers)
    assert all("past the retention of its topic, and the dead letter has only a part" in line for line in lines[:2])


def test_a_reply_whose_letter_has_no_text_is_put_back_from_its_own_place_only() -> None:
    """The letter of a reply does not keep what the citizen would have read."""
    kafka = Kafka()
    record = encode(reply(), source="/router")
    at = kafka.send(record).result()
    stored = there(kafka.read(at))
    letter = encode(of_record(stored, ContractViolation("no")), source="/conversation")
    for one in unheard(reply(), letter, ms_of(NOON + timedelta(hours=1))):
        kafka.send(one)
    assert (
        b"kami terima" not in msgspec.json.decode(kafka.stored(DEAD_LETTERS)[0].value or b"", type=DeadLetter).payload
    )
    kafka.first[CONVERSATIONS] = 1
    _, lines = kafka.put_back()
    assert "the dead letter of a reply does not have its text" in lines[0]
    kafka.first[CONVERSATIONS] = 0
    assert kafka.put_back()[0].put_back == 1
    assert orjson.loads(kafka.stored(CONVERSATIONS)[1].value or b"")["text"] == reply().text


def test_what_no_worker_could_handle_is_refused_with_the_reason() -> None:
    """A message that its channel could not read, a record of a topic that is no mailbox, and a topic that was made anew."""
    kafka = Kafka()
    unread = DeadLetter(
        id=ids.dead_letter_id("sms/1"),
        channel="sms",
        source_key="sms/1",
        reason="no PDU",
        error_class="MalformedMessage",
        at=NOON,
        payload=b"sealed",
    )
    kafka.send(encode(unread, source="/conversation"))
    kafka.dies(Record(topic=CASE_EVENTS, key=b"k", value=b"{}"), source="/sinks/clickhouse")
    gone = of_record(StoredRecord(COMPLAINTS, 0, 0, b"k", b"another", (), 0), ContractViolation("no"))
    kafka.send(encode(gone, source="/router"))
    kafka.send(REFUSAL)
    tally, lines = kafka.put_back()
    assert (tally.put_back, tally.refused) == (0, 3)
    assert "sms could not read" in lines[0]
    assert f"{CASE_EVENTS} is no mailbox" in lines[1]
    assert "the topic was made anew" in lines[2]


def test_what_kafka_does_not_acknowledge_is_not_called_put_back() -> None:
    """The operator tries again."""
    kafka = Kafka()
    kafka.dies(REFUSAL)
    kafka.mode = Mode.away
    tally, lines = kafka.put_back()
    assert (tally.put_back, tally.refused) == (0, 1)
    assert "not acknowledged" in lines[0]
