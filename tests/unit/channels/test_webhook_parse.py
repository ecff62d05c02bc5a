"""Signed bodies: what is a complaint and what is not, and which signature counts."""

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from channels.webhook.parse import inbound
from channels.webhook.sources import Source, read_sources
from complaints.errors import ConfigurationError, MalformedMessage
from complaints.message import InboundMessage
from normalizer.complaint import Normaliser
from tests.harness.tables import readings_of, row_by_row
from tests.harness.webhook import OLDER, SECRET, signed, sources_file


def read(body: bytes | None = None, **changes: Any) -> InboundMessage:
    """Read a body; None takes a field away."""
    fields = {"id": "A-1", "text": "jalan rusak", "sender": "warga-7"} | changes
    whole = json.dumps({name: value for name, value in fields.items() if value is not None}).encode()
    return inbound(
        whole if body is None else body, source="dinas", webhook_id="msg_1", pseudonym=lambda text: f"<{text}>"
    )


def what_is_said(given: dict[str, Any]) -> InboundMessage:
    """Read a body with some of its fields changed."""
    long: dict[str, Any] = {
        name: "x" * one[1] for name, one in given.items() if isinstance(one, list) and one[0] == "x"
    }
    if "attachments" in long:
        long["attachments"] = [{"url": "https://x.example"}] * given["attachments"][1]
    return read(**given | long)


test_readings = readings_of(__file__, what_is_said)


def test_a_complaint_has_the_name_that_its_delivery_has() -> None:
    """The webhook's id is the same for each try, so a redelivery is the same complaint; another source's is another."""
    found = read()
    assert found.upstream_id.startswith("<dinas/msg_1/")
    assert found.upstream_id == read().upstream_id
    assert found.account == "webhook/dinas"


def test_the_raw_body_does_not_say_who_it_was() -> None:
    """It becomes a part of the complaint, which knows no sender."""
    assert b"warga-7" not in read().body
    assert json.loads(read().body)["text"] == "jalan rusak"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff", b"[" * 10_000])
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    """Whoever signed it."""
    with pytest.raises(MalformedMessage):
        read(body)


@pytest.mark.parametrize("text", ["👩‍👩‍👧 banjir 🌊", "نص", "\u0000x"])
def test_any_text_is_kept_as_it_is_and_read(text: str) -> None:
    """Emoji, other scripts, NUL."""
    assert read(text=text).text == text
    complaint = Normaliser.load().normalise(read(text=text), id_=UUID(int=7), code="2Q74GVWWCE3", citizen="c")
    assert complaint.text.endswith(text.lstrip("\0"))


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_nothing_else_ever_comes_out_of_a_body(body: bytes) -> None:
    """A message or MalformedMessage."""
    with suppress(MalformedMessage):
        assert read(body).text


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """With a newer and an older secret."""
    return read_sources(sources_file(tmp_path))["dinas"]


def test_a_source_says_whether_many_people_use_its_senders(tmp_path: Path) -> None:
    """A call centre, a kiosk; a source that says nothing has a sender for each person."""
    found = read_sources(sources_file(tmp_path, kios={"secrets": [SECRET], "shared": True}))
    assert (found["dinas"].shared, found["kios"].shared) == (False, True)


BODY = b'{"text": "x"}'


@pytest.mark.parametrize("secret", [SECRET, OLDER])
def test_each_of_a_sources_secrets_counts(secret: str, source: Source) -> None:
    """So that a source can change to a newer one without an hour in which nothing fits."""
    assert source.signed(BODY, signed(BODY, number="msg_1", secret=secret))


def test_the_specifications_own_example_counts() -> None:
    """By bytes that stand in the specification's tests, so that both sides cannot share a misreading."""
    import hmac
    from hashlib import sha256

    headers = signed(BODY, number="msg_1")
    content = b"msg_1." + headers["webhook-timestamp"].encode() + b"." + BODY
    digest = hmac.digest(base64.b64decode(SECRET.removeprefix("whsec_")), content, sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_one_of_several_signatures_is_enough(source: Source) -> None:
    """A sender that changes its secret signs with both; other versions are passed over."""
    headers = signed(BODY, number="msg_1")
    headers["webhook-signature"] = f"v1a,AAAA v1,AAAA {headers['webhook-signature']}"
    assert source.signed(BODY, headers)


@pytest.mark.parametrize("age_s", [-400.0, 400.0, 86_400.0])
def test_a_signature_counts_for_five_minutes(age_s: float, source: Source) -> None:
    """A body that somebody kept cannot be played again; a clock may be a little wrong, either way."""
    assert not source.signed(BODY, signed(BODY, number="msg_1", age_s=age_s))
    assert source.signed(BODY, signed(BODY, number="msg_1", age_s=200.0))


@row_by_row
def test_anything_else_does_not_count(changes: dict[str, str], source: Source) -> None:
    """And nothing is raised by it."""
    assert not source.signed(BODY, signed(BODY, number="msg_1") | changes)
    assert not source.signed(b"other", signed(BODY, number="msg_1"))
    assert not source.signed(b"\xff\xfe", signed(BODY, number="msg_1"))
    assert not source.signed(BODY, {})


@pytest.mark.parametrize(
    "entry",
    [
        {"dinas": None},
        {"dinas": {}},
        {"dinas": {"secrets": []}},
        {"dinas": {"secrets": SECRET}},
        {"dinas": {"secrets": ["whsec_c2hvcnQ="]}},
        {"dinas": {"secrets": ["no prefix at all, yet long enough"]}},
        {"dinas": {"secrets": [SECRET], "callback": "ftp://x"}},
        {"dinas": {"secrets": [SECRET], "shared": "ya"}},
        {"Dinas/../x": {"secrets": [SECRET]}},
        {},
        [],
        "x",
    ],
    ids=str,
)
def test_a_file_of_sources_that_is_wrong_stops_the_start_without_a_secret_in_the_text(
    entry: Any, tmp_path: Path
) -> None:
    """It names the setting."""
    path = tmp_path / "webhooks.yaml"
    path.write_text(yaml.safe_dump(entry))
    with pytest.raises(ConfigurationError, match="LAPOR_WEBHOOK_SECRETS_FILE") as caught:
        read_sources(path)
    assert SECRET not in str(caught.value)


def test_a_file_of_sources_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    """Or that is no YAML."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_sources(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("{: [")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_sources(tmp_path / "bad.yaml")
