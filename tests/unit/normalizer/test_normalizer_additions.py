"""What a further message of the citizen adds to his complaint: read with it if the channel knows it, and else alone."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from complaints.command import CITIZEN, Add
from complaints.event import Attachment, Complaint, ComplaintClass, MissingPart
from complaints.message import InboundMessage
from normalizer.complaint import Completion, Normaliser
from normalizer.parts import ADDRESS_CHARACTERS
from tests.harness.support import NOON, message
from tests.harness.tables import document, row_by_row
from tests.harness.there import there

ROWS: list[dict[str, Any]] = document("messages.yaml")

PHOTO = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)

LATER: list[dict[str, Any]] = [
    {"text": "di Jalan Pemuda, Kota Semarang"},
    {"text": "depan pasar, dekat jembatan"},
    {"text": "di Jatim"},
    {"text": "kejadian kemarin, petugas minta uang lima ratus ribu"},
    {"text": "kapan diperbaiki?", "attachments": (PHOTO,)},
    {"text": "", "address": "-6.99320,110.42030"},
    {"text": "", "shared_location": (-7.05, 110.44)},
    {"text": "air PDAM mati", "keyword_region": "33.74"},
    {"text": "\U0001f64f"},
]


def joined(complaint: Complaint, command: Add) -> Complaint:
    """Return the complaint with the message of a command `add`: the specification that the router and the channels both keep.

    What the complaint has goes before what the message says: its date, its topic, and its place if that has a regency. A place that the
    message tells without a region, such as a street or a shared position, is taken too. The latest pin counts. Only a correction
    replaces a regency.
    """
    added, reading = command.addition, command.reading
    place = complaint.place
    tells = reading.place.province or reading.place.text or reading.place.pin
    other = reading.place.regency
    if other != place.regency and reading.corrects and other is not None and place.regency is not None:
        place = reading.place
    if complaint.place.regency is None and tells:
        place = reading.place
    elif reading.place.pin and place is complaint.place:
        place = replace(place, pin=reading.place.pin)
    attachments = (*complaint.attachments, *added.attachments)
    occurred_on = complaint.occurred_on or reading.occurred_on
    there = {"evidence": bool(attachments), "date": occurred_on is not None}
    return replace(
        complaint,
        additions=(*complaint.additions, added),
        occurred_on=occurred_on,
        place=place,
        topic=complaint.topic or reading.topic,
        complaint_class=reading.complaint_class,
        oversight=complaint.oversight or reading.oversight,
        attachments=attachments,
        missing=tuple(part for part in reading.missing if not there.get(part)),
    )


def complained(normaliser: Normaliser, row: dict[str, Any]) -> Complaint:
    """Return the complaint of a row of messages.yaml."""
    said = message(row["t"], title=row.get("h", ""), address=row.get("a", ""), keyword_region=row.get("r"))
    return normaliser.normalise(said, id_=UUID(int=42), code="2Q74GVWWCE3", citizen="c")


def later(number: int, **fields: Any) -> InboundMessage:
    """Return a further message."""
    return message(upstream_id=f"later-{number}", received_at=NOON + timedelta(days=number), **fields)


def command(found: Completion) -> Add:
    """Return the command that carries what was found."""
    return Add(
        id=UUID(int=1),
        tracking_code="2Q74GVWWCE3",
        actor=CITIZEN,
        received_at=NOON,
        addition=found.addition,
        reading=found.reading,
    )


def test_complaint_and_command_joined_are_the_complaint_read_again(normaliser: Normaliser) -> None:
    """For every labelled message each further one, and behind that another one: the case comes to know what the channel knows."""
    for at, (row, one) in enumerate(itertools.product(ROWS, LATER)):
        first = complained(normaliser, row)
        found = normaliser.complete(first, later(1, **one))
        assert joined(first, command(found)) == found.complaint, (row, one)
        assert found.complaint is not None
        two = LATER[(at + 1 + at // len(LATER)) % len(LATER)]  # each pair in turn
        again = normaliser.complete(found.complaint, later(2, **two))
        assert joined(found.complaint, command(again)) == again.complaint, (row, one, two)


def test_what_the_complaint_knows_stays(normaliser: Normaliser) -> None:
    """Date, regency and topic; and abuse of office is never taken back."""
    row = {"t": "Petugas kelurahan di Kota Semarang minta pungli lima ratus ribu kemarin"}
    first = complained(normaliser, row)
    assert first.oversight
    completed = there(
        normaliser.complete(first, later(1, text="di Kota Bandung jalan rusak sejak 2 Januari 2026")).complaint
    )
    assert (completed.occurred_on, completed.place, completed.topic) == (first.occurred_on, first.place, first.topic)
    assert completed.oversight


def test_a_street_without_a_region_becomes_the_place(normaliser: Normaliser) -> None:
    """It is all that the citizen said of it; who asks again needs it."""
    first = complained(normaliser, {"t": "lampu jalan mati sejak Lebaran"})
    found = normaliser.complete(first, later(1, text="di Jalan Pemuda"))
    assert joined(first, command(found)).place.text == "di Jalan Pemuda"


def test_a_province_that_is_known_is_not_lost(normaliser: Normaliser) -> None:
    """A message that makes the region doubtful tells less than the complaint."""
    first = complained(normaliser, {"t": "Bus Transjakarta koridor 9 ugal-ugalan tadi malam hampir menabrak motor"})
    found = normaliser.complete(first, later(1, text="jalan dijepara byk lubang, kmrn ada yg jatuh"))
    assert joined(first, command(found)).place == first.place
    assert first.place.province is not None
    assert there(found.complaint).place == first.place


def test_a_message_that_is_read_again_is_not_said_twice(normaliser: Normaliser) -> None:
    """A redelivery gives the same command, and the complaint stays as it is."""
    first = complained(normaliser, {"t": "lampu jalan mati sejak Lebaran"})
    said = later(1, text="di Kota Semarang", attachments=(PHOTO,))
    once = normaliser.complete(first, said)
    assert once.complaint is not None
    assert normaliser.complete(once.complaint, said) == once


def test_kemarin_in_an_addition_is_the_day_before_the_addition(normaliser: Normaliser) -> None:
    """And not the day before the complaint."""
    first = complained(normaliser, {"t": "jalan rusak di Kota Semarang"})
    occurred = there(normaliser.complete(first, later(3, text="kejadian kemarin")).reading.occurred_on)
    assert occurred.date == (NOON + timedelta(days=2)).date()


@row_by_row
def test_a_message_to_an_unknown_complaint_is_read_with_what_the_reply_told(
    normaliser: Normaliser, text: str, told: dict[str, Any], missing: set[MissingPart]
) -> None:
    """An answer about the place does not lack the subject, nor one about the subject the region that the case has."""
    found = normaliser.complete(None, later(1, text=text), **told)
    assert found.complaint is None
    assert set(found.reading.missing) - {"chronology"} == missing - {"chronology"}


def test_a_message_to_an_unknown_complaint_claims_no_place_that_it_does_not_say(normaliser: Normaliser) -> None:
    """The complaint of the case says more of its place than the region that the reply told."""
    first = complained(normaliser, {"t": "jalan rusak di Jawa Tengah", "a": "Jalan Raya 5"})
    assert first.place.regency is None
    found = normaliser.complete(None, later(1, text="tolong segera"), topic=first.topic, region="33")
    assert joined(first, command(found)).place == first.place
    closer = normaliser.complete(None, later(1, text="di Kota Semarang"), topic=first.topic, region="33")
    assert there(joined(first, command(closer)).place.regency).code == "33.74"


def test_an_answer_to_the_question_for_the_place_is_the_place(normaliser: Normaliser) -> None:
    """Also to an unknown complaint, and also if no region is in it."""
    found = normaliser.complete(None, later(1, text="Jalan Pemuda"), part="place")
    assert found.reading.place.text == "Jalan Pemuda"
    assert found.reading.complaint_class is ComplaintClass.complaint


@pytest.mark.parametrize(("characters", "written"), [(ADDRESS_CHARACTERS, True), (ADDRESS_CHARACTERS + 1, False)])
@pytest.mark.parametrize("known", [True, False])
def test_a_long_answer_is_no_address(normaliser: Normaliser, characters: int, *, known: bool, written: bool) -> None:
    """It stands in the additions; the place would hold all of it a second time."""
    first = complained(normaliser, {"t": "lampu jalan mati sejak Lebaran"}) if known else None
    answer = "jalan ".ljust(characters, "x")
    place = normaliser.complete(first, later(1, text=answer), part="place").reading.place
    assert (place.text == answer) == written
