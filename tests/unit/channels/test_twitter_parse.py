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
from tests.harness.tables import each, each_row

ACCOUNT = "lapor1708"
WRITTEN = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)


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
    found = read(on=on, **changes)
    assert found is not None
    return found


def test_a_mention_is_a_message_of_its_author() -> None:
    """Id, time, sender and what it takes to answer in the thread."""
    found = message()
    assert (found.channel, found.upstream_id, found.received_at) == ("twitter", "1850000000000000001", WRITTEN)
    assert found.sender == "77"
    assert found.text == "@lapor1708 jalan berlubang di Kota Semarang"
    assert found.account == "twitter/@lapor1708"
    assert found.reply_to == {
        "post": found.upstream_id,
        "username": "warga",
        "conversation": "1850000000000000000",
    }
    assert found.thread == "1850000000000000000"


def test_the_raw_message_has_no_sender() -> None:
    """Who wrote it is in the sealed reply address alone."""
    assert json.loads(message().body) == {k: v for k, v in post().items() if k != "author_id"}


@pytest.mark.parametrize("username", ["lapor1708", "Lapor1708", "LAPOR1708"])
def test_our_own_post_is_no_complaint(username: str) -> None:
    """Our answers mention us too; X keeps the spelling, not the case."""
    assert read(on=within(users=[{"id": "77", "username": username}])) is None


def test_a_typed_retweet_is_kept_and_not_answered() -> None:
    """Nobody is answered in public for repeating another's post; who says something of his own before it complains."""
    typed = "RT @warga: @lapor1708 jalan berlubang di Jalan Pajajaran Kota Bogor"
    assert message(text=typed).ignored
    assert message(text=typed[:12], note_tweet={"text": typed}).ignored
    assert not message(text=f"Parah! {typed}").ignored
    assert not message(text="RT 03 @lapor1708 jalan berlubang di Kota Bogor").ignored


def test_a_retweet_is_no_complaint() -> None:
    """The citizen's own words stand in the original."""
    assert read(referenced_tweets=[{"type": "retweeted", "id": "1"}]) is None


@pytest.mark.parametrize("kind", ["quoted", "replied_to"])
def test_a_quote_and_an_answer_are_complaints(kind: str) -> None:
    """They have words of their own."""
    assert message(referenced_tweets=[{"type": kind, "id": "1"}]).text


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


@each("secret", SECRETS)
def test_who_quotes_his_own_secret_post_is_as_hidden(secret: str) -> None:
    """It tells what happened, so it is kept."""
    own = within(tweets=[{"id": "1", "text": secret, "author_id": "77"}])
    found = message(text="@lapor1708 tolong", on=own, referenced_tweets=[{"type": "quoted", "id": "1"}])
    assert secret in found.text
    assert found.secret
    assert found.anonymous


def test_no_post_of_a_citizen_is_passed_over_here() -> None:
    """Whether it tells something is seen when it is read."""
    found = message(text="Laporkan ke @lapor1708! Jembatan ambruk di Desa Sukamaju")
    assert (found.ignored, found.official, found.reply_to["post"]) == ("", False, post()["id"])


def test_the_account_of_a_public_body_is_never_answered_in_public() -> None:
    """X says of an account that it is a government's; its post is no address for replies."""
    on = within(users=[{"id": "77", "username": "pemkot", "verified_type": "government"}])
    found = message(on=on)
    assert found.official
    assert "post" not in found.reply_to


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


def test_accounts_tagged_beside_ours_are_evidence() -> None:
    """Mayors and agencies, in order, without ours in whatever case."""
    tagged = [{"username": name} for name in ("Lapor1708", "hendrarprihadi", "DPUSemarang")]
    assert message(entities={"mentions": tagged}).tagged == ("hendrarprihadi", "DPUSemarang")


def test_a_place_that_the_citizen_attached_is_the_address() -> None:
    """By its id in the page."""
    places = [{"id": "p1", "full_name": "Semarang, Jawa Tengah"}]
    assert message(on=within(places=places), geo={"place_id": "p1"}).address == "Semarang, Jawa Tengah"
    assert message(geo={"place_id": "unknown"}).address == ""


def test_media_are_attachments() -> None:
    """A photo by its address, a video by its preview; a key that the page does not know is passed over."""
    media = [
        {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"},
        {"media_key": "7_2", "type": "video", "preview_image_url": "https://pbs.example/2.jpg"},
        {"media_key": "9_3", "type": "hologram"},
    ]
    found = message(on=within(media=media), attachments={"media_keys": ["3_1", "7_2", "9_3", "gone"]}).attachments
    assert [(item.media_type, item.url) for item in found] == [
        ("image/jpeg", "https://pbs.example/1.jpg"),
        ("video/mp4", "https://pbs.example/2.jpg"),
        ("application/octet-stream", None),
    ]


def test_a_long_post_is_read_whole() -> None:
    """Beyond 280 characters `text` is cut."""
    whole = "@lapor1708 " + "jalan rusak " * 60
    assert message(text=whole[:279] + "…", note_tweet={"text": whole}).text == whole


@pytest.mark.parametrize("users", [[], None, [{"id": "77"}]], ids=["not there", "no users", "no name"])
def test_a_post_whose_author_x_does_not_show_is_still_a_complaint(users: Any) -> None:
    """A suspended or protected account: the id is enough to answer."""
    found = message(on=within(users=users))
    assert (found.sender, found.reply_to["username"]) == ("77", "")


@pytest.mark.parametrize("field", ["conversation_id", "created_at"])
def test_what_x_may_leave_out_is_not_missed(field: str) -> None:
    """The thread is then the post itself, and the time is now."""
    found = message(**{field: None})
    assert found.thread in {"1850000000000000000", found.upstream_id}
    assert found.received_at <= datetime.now(UTC)
    assert found.received_at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_utc() -> None:
    """An event without a zone would be poison."""
    assert message(created_at="2026-11-03T05:00:00").received_at == WRITTEN


@each("field", ["referenced_tweets", "entities", "geo", "attachments", "note_tweet"])
@each("empty", [None, {}, []])
def test_empty_and_missing_fields_are_the_same(field: str, empty: Any) -> None:
    """X leaves them out; its libraries sometimes write them empty."""
    assert message(**{field: empty}).text


@pytest.mark.parametrize(
    "text", ["@lapor1708 👩‍👩‍👧 banjir 🌊", "@lapor1708 نص", "@lapor1708 \u0000", "@lapor1708 \ud83d cut"]
)
def test_any_text_is_kept_as_it_is(text: str) -> None:
    """Emoji, other scripts, NUL, and half of a surrogate pair."""
    found = message(text=text)
    assert found.text == text
    assert json.loads(found.body)["text"] == text


def test_a_cut_surrogate_does_not_cost_the_message() -> None:
    """It can be written, whatever a post may hold."""
    assert pack(message(text="@lapor1708 jalan rusak \ud83d"))


@each_row
def test_what_x_always_gives_and_is_not_there_is_malformed(changes: dict[str, Any]) -> None:
    """Poison with a reason, and never the word None as a citizen's text."""
    with pytest.raises(MalformedMessage, match="no post as X documents it"):
        read(**changes)


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
