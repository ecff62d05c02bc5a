"""What the form and the API may send: each wrong field has a sentence in Indonesian, and nothing typed is changed."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.web.messages import addition, inbound, name_of
from channels.web.parse import LONGEST_TEXT, FieldError, Submission, form_fields, from_form, from_json
from complaints.errors import MalformedMessage
from complaints.event import Attachment
from normalizer.complaint import Normaliser
from tests.harness.json_values import json_values
from tests.harness.support import NOON
from tests.harness.tables import each_row, row_by_row


def sent(**fields: Any) -> Submission:
    """Return the submission that a JSON body with these fields is."""
    found = from_json(json.dumps({"text": "Jalan rusak", **fields}).encode())
    assert isinstance(found, Submission), found
    return found


def wrong(body: bytes) -> dict[str, str]:
    """Return what is wrong with a JSON body, by field."""
    found = from_json(body)
    assert isinstance(found, list)
    return {error.field: error.message for error in found}


@each_row
def test_each_fault_names_its_field_and_says_what_to_do(body: bytes, field: str, message: str) -> None:
    """In the citizen's language; invalid UTF-8, half a surrogate pair and deep nesting are no JSON."""
    assert wrong(body)[field] == message
    assert wrong(b"[" * 100_000) == {"body": "Data yang dikirim bukan JSON yang benar."}


def test_the_longest_text_is_taken_and_a_longer_one_is_told_how_long() -> None:
    """The number is in the sentence."""
    assert len(sent(text="x" * LONGEST_TEXT).text) == LONGEST_TEXT
    assert wrong(json.dumps({"text": "x" * (LONGEST_TEXT + 1)}).encode()) == {
        "text": "Isian ini terlalu panjang, paling banyak 20000 karakter."
    }


def test_all_faults_are_told_at_once() -> None:
    """Nobody likes to send a form three times."""
    found = wrong(json.dumps({"title": "x" * 201, "location": 1, "anonymous": "?"}).encode())
    assert found.keys() == {"title", "text", "location", "anonymous"}


def test_a_form_field_that_we_do_not_have_is_passed_over() -> None:
    """Browsers' extensions add their own; in the API it is a slip and is told."""
    assert isinstance(from_form({"text": "x", "csrf": "y"}), Submission)


def test_a_form_is_read_as_browsers_write_it() -> None:
    """Plus signs, percent signs, empty fields, and bytes of another charset."""
    typed = {"text": "a+b & c=d", "title": ""}
    assert dict(form_fields(urlencode(typed).encode())) == typed
    assert form_fields(b"text=caf\xe9") == [("text", "caf\ufffd")]
    assert form_fields(b"text=caf%E9") == [("text", "caf\ufffd")]


def test_a_form_of_thousands_of_fields_is_malformed() -> None:
    """Ours has nine."""
    with pytest.raises(MalformedMessage):
        form_fields(b"a=1&" * 1000)


def test_every_field_reaches_the_message() -> None:
    """The raw body has all of it. There is no field for a contact: nothing would use it (UU 27/2022)."""
    fields = {
        "title": "Jalan",
        "text": "Jalan rusak\nparah",
        "location": "Jl. Pemuda",
        "occurred": "kemarin",
        "agency": "Dinas PU",
        "category": "Pekerjaan Umum Dan Penataan Ruang/JALAN BERLUBANG",
        "regency": "Kota Semarang, Jawa Tengah",
        "anonymous": True,
        "secret": True,
    }
    message = inbound(sent(**fields), upstream_id="k")
    assert (message.title, message.text) == ("Jalan", "Jalan rusak\nparah")
    assert message.address == "Jl. Pemuda, Kota Semarang, Jawa Tengah"
    assert (message.occurred, message.addressed_to, message.topic) == ("kemarin", "Dinas PU", fields["category"])
    assert (message.sender, message.thread, message.reply_to) == ("", "", {})
    assert (message.anonymous, message.secret) == (True, True)
    assert json.loads(message.body) == fields
    assert not isinstance(from_json(b'{"text": "Jalan rusak", "contact": "081234567890"}'), Submission)


def test_an_addition_is_about_its_case() -> None:
    """It has no sender either: whoever holds the code may add."""
    message = addition("Jl. Pemuda", about="2Q74GVWWCE3", upstream_id="k")
    assert (message.about, message.sender, message.text) == ("2Q74GVWWCE3", "", "Jl. Pemuda")


def test_another_content_to_a_case_has_another_name() -> None:
    """However late it comes under the same key; the same content is the same message."""
    texts = ("Jl. Pemuda", "Jl. Pemuda", "Jl. Gajah Mada")
    one, again, other = (addition(text, about="2Q74GVWWCE3", upstream_id="k").upstream_id for text in texts)
    assert one == again != other


def test_a_position_and_the_address_of_a_file_are_content() -> None:
    """By its content the conversation tells what comes again from what is new under the same key."""
    linked = [
        Attachment(name="a", media_type="image/jpeg", size_bytes=0, url=f"https://example.org/{one}/a") for one in "xy"
    ]
    told: list[dict[str, Any]] = [
        {},
        {"position": (-6.9, 110.4)},
        {"position": (-6.9, 110.5)},
        *({"attachments": (one,)} for one in linked),
    ]
    assert len({inbound(sent(text="Jalan rusak"), upstream_id="k", **one).body for one in told}) == len(told)


def test_a_name_follows_from_the_client_and_its_key() -> None:
    """Whatever is sent: another scope, another client or another key has another name."""
    names = [name_of(*parts) for parts in (("api", "a", "k"), ("form", "a", "k"), ("api", "b", "k"), ("api", "a", "l"))]
    assert len(set(names)) == 4
    assert name_of("api", "a", "k") == names[0]
    assert name_of("api", "", "\ud800") == name_of("api", "", "\ud800")


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_each_sending_is_a_complaint_of_its_own(key: str | None) -> None:
    """Two citizens may well write the same words."""
    assert name_of("form", "", key) != name_of("form", "", key)


@given(
    st.binary(max_size=200)
    | json_values(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        st.sampled_from([*Submission.model_fields, "x"]),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_a_submission_or_a_list_of_faults(body: bytes) -> None:
    """Nothing else ever comes out of either door."""
    for found in (from_json(body), from_form(dict(form_fields(body)))):
        assert isinstance(found, Submission) or all(isinstance(fault, FieldError) and fault.message for fault in found)


@row_by_row
def test_the_date_in_its_field_is_the_date_of_the_event(written: str, day: date | None) -> None:
    """It goes before what the text says, and is then not asked for; what is no date is left to the text."""
    message = replace(
        inbound(sent(text="Jalan di Kota Semarang rusak", occurred=written), upstream_id="k"), received_at=NOON
    )
    complaint = Normaliser.load().normalise(message, id_=UUID(int=7), code="2Q74GVWWCE3", citizen="2Q74GVWWCE3")
    assert (complaint.occurred_on.date if complaint.occurred_on else None) == day
    assert ("date" in complaint.missing) == (day is None)
