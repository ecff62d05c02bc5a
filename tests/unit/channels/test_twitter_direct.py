"""Direct messages on X: what is a citizen's and what is not, one case for each oddity that X gives, and how pages are asked for."""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.intake import Intake
from channels.polling import Waits
from channels.twitter.client import XClient
from channels.twitter.direct import Events, inbound, page
from channels.twitter.direct_reader import DirectReader
from channels.twitter.faults import RateLimited, RequestRefused
from complaints.crypto import Keyring
from complaints.errors import CredentialsRefused, LaporError, MalformedMessage, UpstreamUnavailable
from complaints.message import InboundMessage, pack
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer
from tests.harness.json_values import json_values
from tests.harness.there import there

OURS, CITIZEN = "1708", "77"


def event(**changes: Any) -> dict[str, Any]:
    """Return an event as X gives it; None takes a field away."""
    fields = {
        "id": "1850000000000000001",
        "event_type": "MessageCreate",
        "text": "@lapor1708 BELUM",
        "sender_id": CITIZEN,
        "dm_conversation_id": f"{CITIZEN}-{OURS}",
        "created_at": "2026-11-03T05:00:00.000Z",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def read(**changes: Any) -> InboundMessage | None:
    """Read such an event."""
    return inbound(event(**changes), account="lapor1708", own_id=OURS)


def test_a_direct_message_is_its_senders_in_no_thread() -> None:
    """All of its text is his, he is answered alone, and it is known by another name than a post."""
    found = there(read())
    assert (found.sender, found.text, found.thread) == (CITIZEN, "@lapor1708 BELUM", "")
    assert (found.account, found.upstream_id) == ("twitter/direct/lapor1708", "direct/1850000000000000001")
    assert (found.reply_to, found.received_at) == ({"direct": "yes"}, datetime(2026, 11, 3, 5, tzinfo=UTC))


def test_the_bytes_that_are_kept_say_nothing_of_who_it_was() -> None:
    """Nor does the name of the conversation, which is made of both ids."""
    found = there(read(participant_ids=[CITIZEN, OURS]))
    assert CITIZEN not in found.body.decode()
    assert json.loads(found.body)["text"] == "@lapor1708 BELUM"


@pytest.mark.parametrize(
    "changes",
    [
        {"sender_id": OURS},
        {"dm_conversation_id": "1578398451921985538"},
        {"dm_conversation_id": f"{CITIZEN}-170"},
        {"event_type": "ParticipantsLeave", "text": None, "sender_id": None},
    ],
)
def test_what_no_citizen_tells_us_alone_is_no_message(changes: dict[str, Any]) -> None:
    """Our own, one in a group, one between others, and an event that tells who left."""
    assert read(**changes) is None


def test_a_file_is_named_and_not_read() -> None:
    """Only our account may load it; a photo without words is a message."""
    found = there(read(text=None, attachments={"media_keys": ["3_1"]}))
    assert found.text == ""
    assert [(file.name, file.url, file.sha256) for file in found.attachments] == [("3_1", None, None)]


@pytest.mark.parametrize("changes", [{"sender_id": None}, {"dm_conversation_id": None}, {"text": 1}])
def test_a_message_that_lacks_what_x_always_gives_is_malformed(changes: dict[str, Any]) -> None:
    """It is kept as it came; it is not passed over."""
    with pytest.raises(MalformedMessage):
        read(**changes)


FIELDS = ["id", "event_type", "text", "sender_id", "dm_conversation_id", "created_at", "attachments"]
CHANGES = st.dictionaries(st.sampled_from(FIELDS), json_values(), max_size=3)
ANSWERS = st.dictionaries(st.sampled_from(["data", "meta"]), json_values())


@given(CHANGES)
def test_nothing_else_ever_comes_out_of_an_event(changes: dict[str, Any]) -> None:
    """A message that can be written, nothing, or MalformedMessage."""
    with suppress(MalformedMessage):
        found = read(**changes)
        assert found is None or pack(found)


@given(ANSWERS)
def test_nothing_else_ever_comes_out_of_an_answer(answer: Any) -> None:
    """A page or MalformedMessage."""
    with suppress(MalformedMessage):
        assert page(answer).events is not None


class Pages(XClient):
    """An X with three pages of one message, the newest first. It answers some requests with an error.

    Attributes:
        asked: the tokens of the pages that were asked for.
    """

    def __init__(self, *errors: LaporError | None) -> None:
        super().__init__("http://127.0.0.1:1", bearer_token="t", account="lapor1708")
        self.asked: list[str | None] = []
        self._errors = iter(errors)

    def account_id(self) -> str:
        """Return our id."""
        return OURS

    def direct_messages(self, token: str | None) -> Events:
        """Return a page, or raise the next error."""
        self.asked.append(token)
        if (error := next(self._errors, None)) is not None:
            raise error
        number = int(token or 3)
        return Events((event(id=str(number)),), str(number - 1) if number > 1 else None)


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (UpstreamUnavailable("503"), [None, "2", "2", "1"]),
        (RateLimited(None, now_s=0.0), [None, "2", "2", "1"]),
        (CredentialsRefused("401"), [None, "2", "2", "1"]),
        (RequestRefused("400"), [None, "2", None, "2", "1"]),
    ],
)
def test_after_an_error_the_same_page_is_asked_for_unless_x_refuses_its_token(
    tmp_path: Path, keys: Keyring, error: LaporError, asked: Sequence[str | None]
) -> None:
    """However many pages there are, a fault costs one request."""
    client, waits = Pages(None, error), Waits(stop=threading.Event(), beat=lambda: None)
    intake = Intake(
        "twitter", keyring=keys, producer=MemoryProducer(), spool=Spool(tmp_path / "s.db", max_bytes=1 << 20)
    )
    reader, found = DirectReader(client, account="lapor1708", intake=intake, poll_s=0.0), None
    while found is None:
        with suppress(type(error)):
            found = reader.read(None, waits)
    intake.close()
    assert client.asked == asked
    assert (len(found.records), found.cursor) == (3, {"since_id": "3"})
