"""What an officer records on a citizen's behalf: a message like any other, with who recorded it and how he was told."""

import orjson
import pytest
from msgspec.structs import replace

from channels.sealing import Sealing
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.fact import FactKind
from complaints.message import unpack
from normalizer.complaint import Normaliser
from ops.casework.recorded import CHANNEL, MOST_CHARACTERS, danger, lacks, message
from router.agencies.registry import Registry
from router.routing import Router
from tests.harness.events import complaint
from tests.harness.house import House, said
from tests.harness.support import NOON
from tests.harness.there import there

KEYS = Keyring.from_secret(b"s" * 32)


def test_the_source_and_the_agency_stand_in_the_complaint() -> None:
    """They survive the sealing, and the reading."""
    registry = Registry.load()
    agency = there(registry.get("dishub-33.74"))
    told = message(registry, agency, "call", text=" Lampu jalan mati di depan pasar. ", at=NOON)
    record, receipt = Sealing(CHANNEL, keyring=KEYS).record(told)
    assert record.key == receipt.tracking_code.encode()
    said = orjson.loads(record.value)
    opened = KEYS.unseal(said["sealed"], owner=receipt.message_id, month=said["month"])
    assert unpack(opened, channel=CHANNEL, account="", received_at=NOON) == told
    complaint = Normaliser.load().normalise(
        told, id_=receipt.message_id, code=receipt.tracking_code, citizen=receipt.tracking_code
    )
    assert (complaint.channel, complaint.recorded_by, complaint.source) == ("officer", "dishub-33.74", "call")
    # that of the recording government, because the text names none
    assert there(complaint.place.regency).code == "33.74"


def test_whoever_records_danger_to_life_reads_112() -> None:
    """The citizen stands before the officer: a complaint brings no fire engine."""
    assert "112" in danger("", "Ada kebakaran di rumah tetangga, orangnya terjebak, tolong sekarang")
    assert "112" in danger("Ada kebakaran di rumah tetangga, orangnya terjebak, tolong sekarang", "Di Jalan Pemuda")
    assert danger("Lampu jalan mati", "Lampu jalan mati di depan pasar.") == ""


def test_two_complaints_with_the_same_words_are_two() -> None:
    """Two people may tell an officer the same."""
    registry = Registry.load()
    made = [message(registry, registry.national_administrator, "walk-in", text="Lampu mati", at=NOON) for _ in range(2)]
    assert made[0].upstream_id != made[1].upstream_id


@pytest.mark.parametrize("text", ["", "  ", "x" * (MOST_CHARACTERS + 1)])
def test_a_text_that_says_nothing_or_too_much_is_named(text: str) -> None:
    """By the option."""
    registry = Registry.load()
    with pytest.raises(ConfigurationError, match="--text"):
        message(registry, registry.national_administrator, "letter", text=text, at=NOON)


def test_nobody_waits_for_an_answer_of_a_citizen_who_cannot_be_asked() -> None:
    """Neither the service nor an owner asks him; the officer who recorded the report is told what it lacks, and whom to ask."""
    house = House(law=Router.load())
    report = complaint(
        7,
        text="tolong",
        title="",
        missing=("place", "subject", "evidence"),
        recorded_by="pemda-33.74",
        source="walk-in",
    )
    assert FactKind.asked not in {fact.kind for fact in house.hear(report)}
    case = house.case(report.tracking_code)
    assert (case.state, case.question) == ("received", None)
    assert lacks(case).startswith(
        "It lacks what it is about; the place (kabupaten or kota, and street). Nobody can ask"
    )
    assert lacks(replace(case, complaint=replace(case.complaint, missing=()))) == ""
    (refused,) = house.hear(said(CommandKind.ask, report, case.owner.id, "Di mana?"))
    assert refused.kind is FactKind.declined
    assert "ask Pemerintah Kota Semarang, whose officer recorded" in (refused.text or "")
    other = complaint(8, text="tolong", title="", missing=("place", "subject"))
    assert FactKind.asked in {fact.kind for fact in house.hear(other)}
