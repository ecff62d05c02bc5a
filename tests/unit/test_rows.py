"""What analysts get: no identity, masked text, nothing of a secret report, and a value for each column."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from complaints.bus import StoredRecord
from complaints.bus.envelope import AnyEvent
from complaints.contract import CASE_EVENTS, COMPLAINTS, DEAD_LETTERS, DELIVERIES, DISPOSITIONS
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.event import Alternative, Deadline, Evidence, OccurredOn, Place, Region
from normalizer.complaint import Normaliser
from sinks.clickhouse.migrate import migrations
from sinks.clickhouse.rows import TABLES, Row
from tests.harness.events import (
    DPU,
    PEMDA,
    complaint,
    completed,
    dead_letter,
    delivery,
    disposition,
    enrichment,
    poison,
    refusal,
    stored,
)
from tests.harness.support import message

PRIVATE = "Nama saya Budi Santoso, NIK 3374010101900001, HP 081234567890, budi@example.id"
FORBIDDEN = ("Budi Santoso", "3374010101900001", "081234567890", "budi@example.id")
PLACE = Place(
    province=Region(code="33", name="Jawa Tengah"),
    regency=Region(code="33.74", name="Kota Semarang"),
    district=Region(code="33.74.01", name="Semarang Tengah"),
    village=Region(code="33.74.01.1001", name="Miroto"),
    text="Jl. Pemuda 1, rumah saya",
    evidence=("jl pemuda",),
)


def row(record: StoredRecord) -> Row:
    """Return a record's row."""
    return TABLES[record.topic].row(record)


def columns() -> dict[str, set[str]]:
    """Return the columns that a row must fill, by table, as the migrations declare them."""
    sql = "\n".join(migration.sql for migration in migrations())
    found: dict[str, set[str]] = {}
    for table, body in re.findall(r"CREATE TABLE (\w+)\n\(\n(.*?)\n\)\nENGINE", sql, re.DOTALL):
        lines = (line.strip() for line in body.splitlines())
        found[table] = {line.split()[0] for line in lines if not line.startswith("INDEX")} - {"stored_at"}
    for table, body in re.findall(r"ALTER TABLE (\w+)\n(.*?);\n", sql, re.DOTALL):
        found[table] |= set(re.findall(r"ADD COLUMN IF NOT EXISTS (\w+)", body))
    return found


EVENTS: dict[str, AnyEvent] = {
    COMPLAINTS: complaint(),
    DELIVERIES: delivery(complaint()),
    DISPOSITIONS: disposition(complaint()),
    CASE_EVENTS: refusal(complaint(), DPU),
    DEAD_LETTERS: dead_letter(),
}


@pytest.mark.parametrize("topic", TABLES)
def test_every_column_of_the_migrations_is_filled(topic: str) -> None:
    """No more and no fewer; `stored_at` is ClickHouse's own."""
    assert row(stored(EVENTS[topic])).keys() == columns()[TABLES[topic].name]


@pytest.mark.parametrize("topic", TABLES)
def test_a_row_knows_where_its_event_stands(topic: str) -> None:
    """So that all of an event can be read from Kafka."""
    found = row(stored(EVENTS[topic], 1708))
    assert (found["kafka_partition"], found["kafka_offset"]) == (0, 1708)


def flat(value: Any) -> Iterator[str]:
    """Yield all text in a row."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from flat(inner)
    else:
        yield str(value)


def test_no_identity_reaches_the_row(keys: Keyring) -> None:
    """Neither the sender nor the pseudonym, the sealed address or the raw bytes."""
    event = Normaliser.load().normalise(message(PRIVATE, sender="6285550001111"), keys)
    shown = " ".join(flat(row(stored(event))))
    for hidden in (*FORBIDDEN, "6285550001111", event.reporter_ref, event.reply_address):
        assert hidden not in shown
    assert "[nik]" in shown


@pytest.mark.parametrize(
    "record",
    [
        stored(complaint(title=PRIVATE, text=PRIVATE)),
        stored(disposition(complaint(), explanation=PRIVATE, evidence=(Evidence(rule="r", span=PRIVATE),))),
        stored(refusal(complaint(), DPU, text=PRIVATE)),
        stored(delivery(complaint(), reason=PRIVATE, upstream_id="6285550001111")),
        stored(dead_letter(reason=PRIVATE, payload=PRIVATE.encode(), headers={"x": PRIVATE})),
    ],
    ids=TABLES,
)
def test_free_text_is_masked_wherever_it_stands(record: StoredRecord) -> None:
    """Names, numbers and addresses, in each table."""
    shown = " ".join(flat(row(record)))
    assert not [hidden for hidden in FORBIDDEN if hidden in shown]


def test_nothing_of_a_secret_report_is_shown() -> None:
    """Its texts are empty in all three tables; where it happened is known to the regency only."""
    case = complaint(secret=True, place=PLACE, title="Judul rahasia", text="Isi rahasia")
    found = row(stored(case))
    assert (found["secret"], found["title"], found["text"]) == (True, "", "")
    assert (found["regency_code"], found["district_code"], found["village_code"]) == ("33.74", "", "")
    assert (found["district"], found["village"]) == ("", "")
    nearby = Alternative(id="kec-33.74.01", name="Kecamatan Semarang Tengah", score=0.4)
    decided = row(stored(disposition(case, explanation="Isi rahasia", alternatives=(nearby,))))
    assert (decided["explanation"], decided["alternatives"]) == ("", [])
    assert row(stored(refusal(case, DPU, text="Isi rahasia")))["text"] == ""
    assert row(stored(refusal(case, DPU, text="Isi rahasia", secret=False)))["text"] == ""
    later = row(stored(enrichment(completed(case, "Isi rahasia"))))
    assert (later["text"], later["completed_text"], later["village"], later["regency_code"]) == ("", "", "", "33.74")


def test_an_addition_brings_the_complaint_as_it_stands() -> None:
    """Its place, what is still missing and the whole text, masked; other events of a case bring none of it."""
    case = completed(complaint(place=PLACE, text=PRIVATE, missing=("place",)), "Kota Semarang")
    found = row(stored(enrichment(case)))
    assert (found["additions"], found["regency_code"], found["missing"]) == (1, "33.74", [])
    assert found["completed_text"].endswith("Kota Semarang")
    assert not [hidden for hidden in FORBIDDEN if hidden in found["completed_text"]]
    assert row(stored(refusal(case, DPU)))["additions"] == 0


def test_an_open_report_keeps_its_place_down_to_the_village_and_never_its_address() -> None:
    """Regions are for maps; the citizen's own words for the place may be a home."""
    found = row(stored(complaint(place=PLACE)))
    assert (found["province"], found["regency"]) == ("Jawa Tengah", "Kota Semarang")
    assert (found["district_code"], found["village_code"], found["village"]) == ("33.74.01", "33.74.01.1001", "Miroto")
    assert "rumah saya" not in " ".join(flat(found))


def test_a_date_and_its_precision_stay_together() -> None:
    """None where the citizen gave none."""
    dated = row(stored(complaint(occurred_on=OccurredOn(date=date(2026, 11, 2), precision="day"))))
    assert (dated["occurred_on"], dated["occurred_precision"]) == (date(2026, 11, 2), "day")
    undated = row(stored(complaint()))
    assert (undated["occurred_on"], undated["occurred_precision"]) == (None, "")


def test_a_disposition_keeps_rule_law_rivals_and_deadlines() -> None:
    """What an analyst asks about a decision; an evidence without a law adds none."""
    found = row(
        stored(
            disposition(
                complaint(),
                PEMDA,
                hop=1,
                previous_owner=DPU,
                evidence=(Evidence(rule="a", law="UU 23/2014"), Evidence(rule="b")),
                alternatives=(Alternative(id="x", name="X", score=0.25),),
                deadlines=(Deadline(duty="forward", working_days=3, due=date(2026, 11, 6), source="P 5/2025"),),
            )
        )
    )
    assert (found["owner_id"], found["previous_owner_id"], found["hop"]) == (PEMDA.id, DPU.id, 1)
    assert (found["rules"], found["laws"]) == (["a", "b"], ["UU 23/2014"])
    assert found["alternatives"] == [("x", "X", 0.25)]
    assert found["deadlines"] == [("forward", 3, date(2026, 11, 6), "P 5/2025")]


@pytest.mark.parametrize("topic", TABLES)
@pytest.mark.parametrize("value", [None, b"", b"no json", b"{}"])
def test_what_is_no_event_is_poison(topic: str, value: bytes | None) -> None:
    """The sink makes a dead letter of it."""
    with pytest.raises(ContractViolation):
        row(poison(topic, value=value))


@pytest.mark.parametrize(
    "record",
    [
        stored(disposition(complaint(), hop=256)),
        stored(refusal(complaint(), DPU, hop=256)),
        stored(dead_letter(attempts=1 << 16)),
        stored(dead_letter(source_partition=1 << 31)),
        stored(dead_letter(source_offset=1 << 63)),
        stored(complaint(raw=complaint().raw.model_copy(update={"parts": 1 << 16}))),
        stored(
            disposition(
                complaint(), deadlines=(Deadline(duty="forward", working_days=1 << 16, due=date.max, source=""),)
            )
        ),
    ],
    ids=["hop", "hop of an event", "attempts", "partition", "offset", "parts", "days"],
)
def test_a_number_that_no_column_holds_is_poison(record: StoredRecord) -> None:
    """One such event would otherwise stop the sink for ever: the whole batch could never be inserted."""
    with pytest.raises(ContractViolation, match=r"is too large for its column"):
        row(record)


def test_the_text_of_a_foreign_error_is_not_shown() -> None:
    """It may hold what the citizen wrote, and of a secret report at that; masking takes only names and numbers out."""
    event = dead_letter(error_class="ValidationError", reason="our own fault: input_value='Kepala dinas minta uang'")
    assert row(stored(event))["reason"] == "our own fault"
    assert row(stored(dead_letter(reason="no PDU")))["reason"] == "no PDU"
