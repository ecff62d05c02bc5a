"""The sizes of messages, complaints and records: each limit to the byte, and the greatest message of each channel."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels.conversation import Conversation
from channels.correspondence import Correspondence
from channels.intake import Intake
from channels.known_cases import KnownCases
from channels.safe import Outcome
from channels.sizes import fault_of
from channels.sms.coding import decode
from channels.telegram.parse import Bot, Said, read
from channels.twitter.parse import inbound as mention
from channels.twitter.parse import page
from channels.twitter.threads import joined
from channels.web.parse import LONGEST_TEXT, MOST_ATTACHMENTS, from_json
from channels.web.parse import inbound as from_web
from channels.webhook.parse import inbound as from_webhook
from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.command import Command
from complaints.contract import COMPLAINTS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.event import Attachment, Complaint, DeadLetter
from complaints.limits import COMPLAINT_BYTES, MESSAGE_BYTES, RECORD_BYTES
from complaints.message import InboundMessage
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.events import complaint
from tests.harness.fakes import MemoryProducer
from tests.harness.house import added
from tests.harness.support import message
from tests.unit.test_conversation import Cases

WIDE = "\U0001f64f"
"""A character of four bytes."""


class House:
    """A channel's intake that remembers."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.bus = MemoryProducer()
        reads = Normaliser.load()
        self.memory = Correspondence(folder / "c.db", clock=lambda: 0.0)
        self.known = KnownCases(folder / "k.db", clock=lambda: 0.0, question_s=1.0)
        talk = Conversation(memory=self.memory, known=self.known, complete=reads.complete, identity=keys, cases=Cases())
        self.intake = Intake(
            "any",
            normalise=lambda said: reads.normalise(said, keys),
            producer=self.bus,
            spool=Spool(folder / "s.db", max_bytes=1 << 20),
            conversation=talk,
        )

    def hand_in(self, said: InboundMessage) -> Outcome:
        """Hand a message in."""
        return self.intake.accept(said).result(30).outcome


@pytest.fixture
def house(tmp_path: Path, keys: Keyring) -> Iterator[House]:
    """A fresh channel."""
    made = House(tmp_path, keys)
    yield made
    made.intake.close()
    made.memory.close()
    made.known.close()


def test_a_message_is_measured_to_the_byte(house: House) -> None:
    """Its text and all its fields, in UTF-8; the bytes as received do not count."""
    rest = message("", title="t", address="a", sender="6281", reply_to={"from": "1708"}, body=b"x" * 200_000)
    fields = len("ta6281from1708")
    text = WIDE * ((MESSAGE_BYTES - fields) // 4) + "x" * ((MESSAGE_BYTES - fields) % 4)
    assert house.hand_in(replace(rest, text=text)) is Outcome.published
    assert house.hand_in(replace(rest, text=text + "x")) is Outcome.dead_lettered
    (letter,) = house.bus.events(DEAD_LETTERS, DeadLetter)
    assert (letter.error_class, letter.payload) == ("ContractViolation", rest.body)
    assert letter.reason == "the message has 130001 bytes; at most 130000 are allowed"


def sized(event: Complaint | Command, size: int) -> tuple[Complaint | Command, Record]:
    """Return an event whose JSON without the raw message has a size, by a longer text."""
    raw = event.raw if isinstance(event, Complaint) else event.addition.raw if event.addition else None
    assert raw is not None
    missing = size - len(encode(event, source="/t").value) + 4 * -(-len(raw.body) // 3)
    if isinstance(event, Complaint):
        longer: Complaint | Command = event.model_copy(update={"text": event.text + "x" * missing})
    else:
        assert event.addition is not None
        added = event.addition.model_copy(update={"text": event.addition.text + "x" * missing})
        longer = event.model_copy(update={"addition": added})
    return longer, encode(longer, source="/t")


@pytest.mark.parametrize("event", [complaint(), added(complaint())], ids=["a complaint", "a command"])
def test_a_complaint_and_a_command_are_measured_without_the_raw_message(event: Complaint | Command) -> None:
    """The case keeps all of it but the bytes as received."""
    fits, record = sized(event, COMPLAINT_BYTES)
    assert fault_of(message(), fits, record) is None
    over, record = sized(event, COMPLAINT_BYTES + 1)
    assert "160001 bytes" in str(fault_of(message(), over, record))


@pytest.mark.parametrize("over", [0, 1])
def test_a_record_is_measured_with_the_raw_message(over: int) -> None:
    """Kafka takes no larger one."""
    event = complaint()
    record = replace_value(encode(event, source="/t"), RECORD_BYTES + over)
    large = event.model_copy(update={"raw": event.raw.model_copy(update={"body": b"x" * 740_000})})
    fault = fault_of(message(), large, record)
    assert (fault is None) == (over == 0)
    assert over == 0 or isinstance(fault, ContractViolation)


def replace_value(record: Record, size: int) -> Record:
    """Return a record with a value of a size."""
    return Record(topic=record.topic, key=record.key, value=b"x" * size, headers=record.headers)


def test_a_message_that_is_too_large_even_as_a_dead_letter_is_refused(house: House) -> None:
    """Upstream hears no, for good."""
    huge = message("x", body=b"x" * RECORD_BYTES)
    with pytest.raises(ContractViolation, match="1000000 bytes"):
        house.intake.accept(huge).result(30)
    assert house.bus.stored(COMPLAINTS) == house.bus.stored(DEAD_LETTERS) == []


def web(*, wide: str = WIDE) -> InboundMessage:
    """Return the greatest message of the web form and the API."""
    short = wide * 200
    sent = from_json(
        json.dumps(
            {
                "text": wide * LONGEST_TEXT,
                "title": short,
                "location": short,
                "regency": short,
                "occurred": short,
                "agency": short,
                "contact": short,
            }
        ).encode()
    )
    assert not isinstance(sent, list)
    file = Attachment(name=short, media_type="application/pdf", size_bytes=10_000_000, sha256="0" * 64)
    return from_web(sent, idempotency_key="k", attachments=(file,) * MOST_ATTACHMENTS)


def webhook() -> InboundMessage:
    """Return the greatest message of a webhook whose files have addresses of usual length."""
    short = WIDE * 200
    file = {"url": "https://contoh.go.id/" + "x" * 200, "name": short, "media_type": "image/png", "size_bytes": 1}
    said = dict.fromkeys(("id", "sender", "title", "location", "occurred", "agency", "thread"), short)
    body = json.dumps({**said, "text": WIDE * 20_000, "attachments": [file] * 20}).encode()
    return from_webhook(body, source="s", webhook_id="w", pseudonym=lambda text: text[:20])


def telegram() -> InboundMessage:
    """Return the greatest message of Telegram: 4,096 units of UTF-16."""
    chat = {"id": 1, "type": "private"}
    sent = {
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": chat,
        "from": {"id": 1, "is_bot": False},
        "text": "\u6f22" * 4096,
    }
    bot = Bot(id=1708, username="lapor_bot", pseudonym=lambda text: text)
    found = read({"update_id": 1, "message": sent}, bot)
    assert isinstance(found, Said)
    return found.message


def sms() -> InboundMessage:
    """Return the greatest SMS: a message_payload of 64 kB in UCS-2, whose characters have three bytes in UTF-8."""
    body = ("\u6f22" * 32_767).encode("utf-16-be")
    text, coding = decode(body, 8)
    return message(text, body=body, coding=coding)


def twitter() -> InboundMessage:
    """Return two of the longest posts of X in one conversation."""
    users = page({"data": [], "includes": {"users": [{"id": "77", "username": "warga"}]}})
    fields = {"author_id": "77", "conversation_id": "1", "text": "cut", "note_tweet": {"text": "\u00e9" * 25_000}}
    posts = (mention({**fields, "id": number}, users, account="lapor1708") for number in ("1", "2"))
    (whole,) = joined([post for post in posts if post is not None])
    return whole


def escaped() -> InboundMessage:
    """Return the greatest message of the web form if JSON escapes each character."""
    return web(wide='"')


GREATEST: dict[str, Callable[[], InboundMessage]] = {
    "web": web,
    "web, escaped": escaped,
    "webhook": webhook,
    "telegram": telegram,
    "sms": sms,
    "twitter": twitter,
}


@pytest.mark.parametrize("channel", GREATEST)
@pytest.mark.parametrize("first", ["", "lampu jalan mati"], ids=["as it is", "as an answer about the place"])
def test_the_greatest_message_of_each_channel_is_a_complaint_and_an_addition(
    house: House, channel: str, first: str
) -> None:
    """What a citizen may send is never lost for its size."""
    greatest = GREATEST[channel]()
    if first:
        assert house.hand_in(message(first, upstream_id="first")) is Outcome.published
    else:
        assert house.hand_in(greatest) is Outcome.published
    (case,) = house.bus.events(COMPLAINTS, Complaint)
    assert ("place" in case.missing) == bool(first)
    receipt = house.intake.complete(case.tracking_code, replace(greatest, upstream_id="again")).result(30)
    assert receipt.outcome is Outcome.published
    assert len(house.bus.events(COMPLAINTS, Command)) == 1
