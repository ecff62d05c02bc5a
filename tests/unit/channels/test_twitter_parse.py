"""Mentions: what is a complaint and what is not, one case for each oddity that X gives."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.twitter.parse import Found, inbound, page
from channels.twitter.threads import joined
from complaints.errors import MalformedMessage
from complaints.message import InboundMessage, pack
from tests.harness.json_values import json_values
from tests.harness.tables import each, each_row, readings_of
from tests.harness.there import there

ACCOUNT = "lapor1708"


def post(**changes: Any) -> dict[str, Any]:
    """Return a mention as X gives it; None takes a field away."""
    fields = {
        "id": "1850000000000000001",
        "text": "@lapor1708 jalan berlubang di Kota Semarang",
        "author_id": "77",
        "created_at": "2026-11-03T05:00:00.000Z",
        "conversation_id": "1850000000000000000",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def within(**changes: Any) -> Found:
    """Return a page that knows the author."""
    return page({"data": [], "includes": {"users": [{"id": "77", "username": "warga"}], **changes}})


def read(*, on: Found | None = None, **changes: Any) -> InboundMessage | None:
    """Read one mention."""
    return inbound(post(**changes), on or within(), account=ACCOUNT)


def message(*, on: Found | None = None, **changes: Any) -> InboundMessage:
    """Read one mention that is a complaint."""
    return there(read(on=on, **changes))


def what_is_said(given: dict[str, Any]) -> InboundMessage | None:
    """Read a mention with some of its fields changed, on a page with some of what it includes changed."""
    page_of = {name: given[name] for name in ("users", "tweets", "places", "media") if name in given}
    post_of = {name: value for name, value in given.items() if name not in page_of}
    return read(on=within(**page_of), **post_of)


test_readings = readings_of(__file__, what_is_said)


def test_the_raw_message_has_no_sender() -> None:
    """Who wrote it is in the sealed reply address alone."""
    assert json.loads(message().body) == {k: v for k, v in post().items() if k != "author_id"}


OTHERS = within(
    users=[{"id": "77", "username": "warga"}, {"id": "5", "username": "koran"}, {"id": "9", "username": "Lapor1708"}],
    tweets=[
        {"id": "1", "text": "Lampu jalan mati", "author_id": "5"},
        {"id": "2", "text": "Kode laporan Anda", "author_id": "9"},
        {"id": "3", "text": "Dipotong", "note_tweet": {"text": "Yang utuh"}, "author_id": "404"},
    ],
)


@each_row
def test_what_the_citizen_speaks_of_is_part_of_the_text(kind: str, other: str, added: str) -> None:
    """And it is kept raw."""
    found = message(on=OTHERS, referenced_tweets=[{"type": kind, "id": other}])
    assert found.text == f"{post()['text']}{added}"
    assert ("referenced" in json.loads(found.body)) is bool(added)
    assert OTHERS.reads == 3


SECRETS = [
    "@lapor1708 @koran @warga2 RAHASIA Jembatan gantung rusak, kades menahan dana 20 juta",
    "@lapor1708 Kepala desa Sukamaju minta 500 ribu untuk BLT. Tolong laporan ini jangan dipublikasikan",
    "@lapor1708 Lurah minta uang, tolong jangan sebut nama saya",
    "@lapor1708 @koran ANONIM. Lurah Sukamaju minta uang 500 ribu",
    "@lapor1708 Lurah Sukamaju minta uang 500 ribu, rahasiakan",
]


@each("kind", ["quoted", "replied_to"])
@each("secret", SECRETS)
def test_who_asks_to_be_hidden_is_quoted_by_nobody(kind: str, secret: str) -> None:
    """Whoever writes below a secret report, or quotes it, would tell it in an open one, with its agency in a public receipt."""
    of_another = within(tweets=[{"id": "1", "text": "...", "note_tweet": {"text": secret}, "author_id": "5"}])
    found = message(text="@lapor1708 tolong ditindak", on=of_another, referenced_tweets=[{"type": kind, "id": "1"}])
    assert (found.text, found.secret, found.anonymous) == ("@lapor1708 tolong ditindak", False, False)
    assert "referenced" not in json.loads(found.body)


@each("kind", ["quoted", "replied_to"])
@each(
    "text",
    ["@LAPOR1708 Lurah Sukamaju minta uang", "Lurah Sukamaju minta uang .@lapor1708", "Lurah Sukamaju minta uang"],
)
def test_what_somebody_else_told_us_himself_is_quoted_by_nobody(kind: str, text: str) -> None:
    """It is a report of his own: he may hide it at any later time, and no other report may then tell it."""
    mentions = [] if "@" in text else [{"username": "Lapor1708"}]
    of_another = within(tweets=[{"id": "1", "text": text, "author_id": "5", "entities": {"mentions": mentions}}])
    found = message(text="@lapor1708 tolong ditindak", on=of_another, referenced_tweets=[{"type": kind, "id": "1"}])
    assert found.text == "@lapor1708 tolong ditindak"
    assert "referenced" not in json.loads(found.body)
    own = within(tweets=[{"id": "1", "text": text, "author_id": "77", "entities": {"mentions": mentions}}])
    assert text in message(text="@lapor1708", on=own, referenced_tweets=[{"type": kind, "id": "1"}]).text


@each("kind", ["quoted", "replied_to"])
@each("secret", SECRETS)
def test_who_quotes_his_own_secret_post_is_as_hidden(kind: str, secret: str) -> None:
    """It tells what happened, so it is kept, but not who he is."""
    own = within(users=[{"id": "77", "username": "sari"}], tweets=[{"id": "1", "text": secret, "author_id": "77"}])
    found = message(text="@lapor1708 tolong", on=own, referenced_tweets=[{"type": kind, "id": "1"}])
    assert secret in found.text
    assert found.secret
    assert found.anonymous
    assert "sari" not in found.text
    raw = json.loads(found.body)
    assert [("author_id" in one, one["id"]) for one in (raw, *raw["referenced"])] == [
        (False, found.upstream_id),
        (False, "1"),
    ]


def test_a_citizens_posts_of_one_conversation_are_one_message() -> None:
    """In order, where the first stood; others' posts stay their own."""
    first = message(id="11", conversation_id="10", text="satu")
    other = message(id="12", conversation_id="10", text="lain", author_id="88")
    second = message(id="13", conversation_id="10", text="dua", entities={"mentions": [{"username": "walikota"}]})
    alone = message(id="14", conversation_id="14", text="tiga")
    one, two, three = joined([first, other, second, alone])
    assert (one.upstream_id, one.text, one.parts, one.tagged) == ("11", "satu\ndua", 2, ("walikota",))
    assert [item["id"] for item in json.loads(one.body)] == ["11", "13"]
    assert (two, three) == (other, alone)


def test_a_point_is_the_position_of_the_post_and_no_words() -> None:
    """As in GeoJSON, the longitude is first; of posts that are one message the first point counts."""
    semarang = {"place_id": "p1", "coordinates": {"type": "Point", "coordinates": [110.4203, -6.9932]}}
    found = message(geo=semarang, conversation_id="10")
    assert (found.shared_location, "110" in found.text) == ((-6.9932, 110.4203), False)
    assert joined([message(id="11", conversation_id="10"), found])[0].shared_location == found.shared_location
    for point in ([200, 0], [0, 91], ["110", "-7"], [110.4], None):
        assert message(geo={"coordinates": {"coordinates": point}}).shared_location is None


def test_a_long_post_is_read_whole() -> None:
    """Beyond 280 characters `text` is cut."""
    whole = "@lapor1708 " + "jalan rusak " * 60
    assert message(text=whole[:279] + "…", note_tweet={"text": whole}).text == whole


@pytest.mark.parametrize("field", ["conversation_id", "created_at"])
def test_what_x_may_leave_out_is_not_missed(field: str) -> None:
    """The thread is then the post itself, and the time is now."""
    found = message(**{field: None})
    assert found.thread in {"1850000000000000000", found.upstream_id}
    assert found.received_at <= datetime.now(UTC)
    assert found.received_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", ["@lapor1708 👩‍👩‍👧 banjir 🌊", "@lapor1708 نص", "@lapor1708 \u0000", "@lapor1708 \ud83d cut"]
)
def test_any_text_is_kept_as_it_is_and_can_be_written(text: str) -> None:
    """Emoji, other scripts, NUL, and half of a surrogate pair."""
    found = message(text=text)
    assert found.text == text
    assert json.loads(found.body)["text"] == text
    assert pack(found)


@pytest.mark.parametrize(
    "answer",
    [[], None, "x", {"data": [{}]}, {"data": ["x"]}, {"data": [{"id": "x"}]}, {"includes": {"users": [{}]}}],
    ids=str,
)
def test_an_answer_that_is_no_page_is_malformed(answer: Any) -> None:
    """A post without a number for an id could never move the mark."""
    with pytest.raises(MalformedMessage, match="no page of posts"):
        page(answer)


FIELDS = [*post(), "entities", "geo", "attachments", "note_tweet", "referenced_tweets"]
CHANGES = st.dictionaries(st.sampled_from(FIELDS), json_values(), max_size=3)
ANSWERS = st.dictionaries(st.sampled_from(["data", "includes", "meta"]), json_values())


@given(changed=CHANGES, whole=st.booleans())
def test_nothing_else_ever_comes_out_of_a_post(*, changed: dict[str, Any], whole: bool) -> None:
    """A message, nothing, or MalformedMessage."""
    with suppress(MalformedMessage):
        found = inbound((post() if whole else {}) | changed, within(), account=ACCOUNT)
        assert found is None or (found.received_at.tzinfo and isinstance(found.text, str))


@given(json_values() | ANSWERS)
def test_nothing_else_ever_comes_out_of_an_answer(answer: Any) -> None:
    """A page or MalformedMessage."""
    with suppress(MalformedMessage):
        assert page(answer).posts is not None
