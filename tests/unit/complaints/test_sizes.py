"""The sizes of messages, complaints and records: each limit to the byte, and the greatest message of each channel."""

import json
from collections.abc import Callable

import msgspec
import orjson
import pytest
from msgspec.structs import replace

from channels.sealing import check_bytes, check_packed
from channels.sms.parse import WHOLE_OCTETS
from channels.sms.text import text_of
from channels.telegram.parse import Bot, Said, read
from channels.twitter.parse import inbound as mention
from channels.twitter.parse import page
from channels.twitter.threads import joined
from channels.web.messages import inbound as from_web
from channels.web.parse import LONGEST_TEXT, MOST_ATTACHMENTS, from_json
from channels.webhook.parse import inbound as from_webhook
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.event import Attachment
from complaints.limits import BODY_BYTES, COMPLAINT_BYTES, MESSAGE_BYTES, RECORD_BYTES
from complaints.message import Fragment, InboundMessage, head_bytes, pack
from conversation.reading import Reads
from conversation.records import Rules
from conversation.step import ConversationStep
from lapor.processes.channels import CHANNELS
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.support import message
from tests.harness.tables import each
from tests.harness.town import Town

WIDE = "\U0001f64f"
"""A character of four bytes."""


def test_a_message_is_measured_to_the_byte() -> None:
    """Its text and all its fields as JSON; the bytes as received have a limit of their own."""
    rest = message("", title="t", address="a", sender="6281", reply_to={"from": "1708"}, body=b"x" * 200_000)
    text = "x" * (MESSAGE_BYTES - head_bytes(pack(rest)))
    check_packed(pack(replace(rest, text=text)))
    with pytest.raises(ContractViolation, match="140001 bytes of text and fields; at most 140000"):
        check_packed(pack(replace(rest, text=text + "x")))


def test_the_bytes_of_a_message_are_measured_to_the_byte() -> None:
    """Also of one that cannot be read."""
    check_bytes(b"x" * BODY_BYTES)
    check_packed(pack(message("x", body=b"x" * BODY_BYTES)))
    for check, content in (
        (check_bytes, b"x" * (BODY_BYTES + 1)),
        (check_packed, pack(message("x", body=b"x" * (BODY_BYTES + 1)))),
    ):
        with pytest.raises(ContractViolation, match="500001 bytes of bytes as received"):
            check(content)


def web(*, wide: str = WIDE) -> InboundMessage:
    """Return the greatest message of the web form and the API."""
    short = wide * 200
    sent = from_json(
        json.dumps(
            {
                "text": "a" + wide * (LONGEST_TEXT - 1),
                "title": short,
                "location": short,
                "regency": short,
                "occurred": short,
                "agency": short,
            }
        ).encode()
    )
    assert not isinstance(sent, list)
    file = Attachment(name=short, media_type="application/pdf", size_bytes=10_000_000, sha256="0" * 64)
    return from_web(sent, upstream_id="k", attachments=(file,) * MOST_ATTACHMENTS)


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
    """Return the greatest SMS: each octet becomes U+FFFD, of three bytes in UTF-8."""
    body = b"\x81\x9d" * (WHOLE_OCTETS // 2)
    return message("", upstream_id="", body=body, coding="sms", fragment=Fragment())


def twitter() -> InboundMessage:
    """Return two of the longest posts of X in one conversation."""
    users = page({"data": [], "includes": {"users": [{"id": "77", "username": "warga"}]}})
    fields = {"author_id": "77", "conversation_id": "1", "text": "cut", "note_tweet": {"text": "\u00e9" * 25_000}}
    posts = (mention({**fields, "id": number}, users, account="lapor1708") for number in ("1", "2"))
    (whole,) = joined([post for post in posts if post is not None])
    return whole


GREATEST: dict[str, Callable[[], InboundMessage]] = {
    "web": web,
    "web, escaped": lambda: web(wide="\x01"),  # JSON takes six bytes for each character
    "webhook": webhook,
    "telegram": telegram,
    "sms": sms,
    "twitter": twitter,
}


def test_each_channel_has_its_greatest_message() -> None:
    """A new one is measured, too."""
    assert {name.partition(",")[0] for name in GREATEST} == set(CHANNELS)


@each("channel", GREATEST)
@each("first", [False, True])
def test_the_greatest_message_of_each_channel_is_a_complaint_and_an_addition(
    router: Router, channel: str, *, first: bool
) -> None:
    """What a citizen may send is never lost for its size: it fits into the mailbox, the complaint, the case and every record between."""
    town = Town(Keyring.from_secret(b"s" * 32), router, Normaliser.load())
    town.step = ConversationStep(town.keys, Reads(normaliser=Normaliser.load(), text_of={"sms": text_of}), Rules())
    town.steps["lapor.conversations"] = town.step
    greatest = replace(GREATEST[channel](), body=b"x" * BODY_BYTES if channel != "sms" else GREATEST[channel]().body)
    if first:
        begun = replace(greatest, text="lampu jalan mati", upstream_id="first", fragment=None, body=b"", thread="t")
        town.take(town.received(begun))
        code = town.complaints[0].tracking_code
        greatest = replace(greatest, about=code, thread="t", upstream_id=greatest.upstream_id or "second", proven=True)
    check_packed(pack(greatest))
    town.take(town.received(greatest))
    added = [command for command in town.commands if command.kind is CommandKind.add]
    assert (len(town.complaints), len(added)) == (1, first)
    for records in town.written.values():
        assert max(len(record.value) for record in records) <= RECORD_BYTES
    for event in (*town.complaints, *added):
        bare = orjson.loads(msgspec.json.encode(event))
        (bare if "raw" in bare else bare["addition"])["raw"]["body"] = ""
        assert len(orjson.dumps(bare)) <= COMPLAINT_BYTES
    assert all(case.value for case in town.states.values())
