"""What analysts get: no identity, masked text, nothing of a secret report, and a value that fits each column."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import orjson
import pytest
from msgspec import structs

from complaints import contract, ids
from complaints.bus import StoredRecord
from complaints.bus.deleted import Gap, lost
from complaints.bus.step.place.positions import position_key
from complaints.contract import CASE_EVENTS, CASES, DEAD_LETTERS, MESSAGE_EVENTS
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.event import (
    AgencyRef,
    Alternative,
    Deadline,
    Evidence,
    Pin,
    Place,
    Region,
)
from complaints.fact import AnyFact, FactKind
from complaints.tracking import Numbers
from embedded.clickhouse.accounts import REFERENCE
from normalizer.masking import mask
from normalizer.parts import title_of
from sinks.clickhouse.rows import TABLES, TOPICS, rows_of
from sinks.clickhouse.rows.values import Row
from tests.harness.columns import columns, fits
from tests.harness.events import complaint, completed, dead_letter, delivery, landed, poison, stored, told
from tests.harness.facts import Facts, added, answered, case, fact, opened, refused, routed, stored_case
from tests.harness.model_rows import reference
from tests.harness.numbers import number
from tests.harness.support import message, normalised
from tests.harness.tables import each, each_row, row_by_row

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

RECORDS = {
    "case": stored_case(case(complaint())),
    "opened": stored(opened(complaint())),
    "routed": stored(routed(complaint())),
    "refused": stored(refused(complaint())),
    "added": stored(added(completed(complaint()))),
    "delivery": stored(delivery(complaint())),
    "message": stored(landed(complaint())),
    "reply": stored(told(complaint())),
    "dead letter": stored(dead_letter()),
}


def rows(record: StoredRecord) -> dict[str, Row]:
    """Return a record's rows by their tables; the same rows as its model gives."""
    found = rows_of(record, number)
    assert found == reference(record)
    assert len(dict(found)) == len(found)
    return dict(found)


def row(record: StoredRecord) -> Row:
    """Return the row that a record has beside that of `case_event_rows`, or else its only one."""
    return list(rows(record).values())[-1]


@each("record", RECORDS.values())
def test_every_column_of_the_migrations_is_filled_with_what_fits(record: StoredRecord) -> None:
    """No more and no fewer; `stored_at` is ClickHouse's own."""
    for table, found in rows(record).items():
        declared = columns()[table]
        assert found.keys() == declared.keys()
        assert [name for name, value in found.items() if not fits(value, declared[name])] == []


def test_the_records_fill_every_table() -> None:
    """And no other; those of reference are filled from the program's own data."""
    filled = {table for record in RECORDS.values() for table in rows(record)}
    assert filled == set(TABLES) == set(columns()) - set(REFERENCE)


def test_every_fact_has_a_row_and_two_kinds_have_another() -> None:
    """An opened one that of the complaint, a routed one that of the disposition; a field from the future is passed over."""
    of, folder = complaint(), Path(str(files(contract))) / "examples" / "fact"
    facts: Facts = [msgspec.json.decode(path.read_bytes(), type=AnyFact) for path in folder.glob("*.json")]
    tables = {found.kind.value: list(rows(stored(found)))[1:] for found in facts}
    own = {FactKind.opened.value: ["complaint_rows"], FactKind.routed.value: ["disposition_rows"]}
    assert tables == {kind.value: [] for kind in FactKind} | own
    later = orjson.loads(stored(refused(of)).value or b"") | {"kind": "closed", "more": {"x": 1}}
    ((table, found),) = rows_of(replace(stored(refused(of)), value=orjson.dumps(later)), number)
    assert (table, found["kind"]) == ("case_event_rows", "closed")


def test_finding_22_the_parts_of_a_long_message_are_one_complaint() -> None:
    """The first part says what the message became; the others are parts of it. A part that came again is a repetition."""
    of = complaint()
    rest = [stored(landed(of, id=UUID(int=number_), whole_id=of.id)) for number_ in (1, 2)]
    again = stored(landed(of, id=UUID(int=3), whole_id=of.id, kind="repeated"))
    kinds = [row(record)["kind"] for record in (stored(landed(of)), *rest, again)]
    assert kinds == ["complaint", "part", "part", "repeated"]


def test_a_tombstone_and_the_position_of_the_step_are_no_cases() -> None:
    """They give no row and no dead letter."""
    of_the_step = replace(RECORDS["case"], key=position_key("lapor-router"), value=b'{"offset": 1}')
    assert rows_of(of_the_step, number) == rows_of(replace(RECORDS["case"], value=None), number) == []
    with pytest.raises(ContractViolation, match=f"{CASE_EVENTS}/0/0 has no value"):
        rows_of(replace(RECORDS["opened"], value=None), number)


def flat(value: Any) -> Iterator[str]:
    """Yield all text in a row."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from flat(inner)
    else:
        yield str(value)


def shown(record: StoredRecord) -> str:
    """Return all text in a record's rows."""
    return " ".join(flat(rows(record)))


def test_no_identity_reaches_a_row(keys: Keyring) -> None:
    """Neither the sender nor the pseudonym, the sealed address or the raw bytes, of the complaint or of an addition."""
    event = completed(normalised(message(PRIVATE, sender="6285550001111"), keys), PRIVATE)
    raws = (event.raw, *(addition.raw for addition in event.additions))
    hidden = [*FORBIDDEN, "6285550001111", event.reporter_ref, *(raw.upstream_id for raw in raws)]
    whole = [stored(opened(event)), stored(added(event)), stored_case(case(event))]
    whole.append(stored(fact(event, FactKind.opened, 1, complaint=event)))  # with its bytes, which no fact should have
    for record in whole:
        assert event.raw.body.decode() not in shown(record)
        assert [private for private in hidden if private in shown(record)] == []
        assert "[nik]" in shown(record)


@each(
    "record",
    [
        stored(opened(complaint(title=PRIVATE, text=PRIVATE))),
        stored(routed(complaint(), explanation=PRIVATE, evidence=(Evidence(rule="r", span=PRIVATE),))),
        stored(refused(complaint(), text=PRIVATE)),
        stored(answered(complaint(), text=PRIVATE)),
        stored(added(completed(complaint(), PRIVATE))),
        stored_case(case(completed(complaint(title=PRIVATE, text="Nama:"), PRIVATE), explanation=PRIVATE)),
        stored(delivery(complaint(), reason=PRIVATE, upstream_id="6285550001111")),
        stored(dead_letter(reason=PRIVATE, payload=PRIVATE.encode(), headers={"x": PRIVATE})),
    ],
)
def test_free_text_is_masked_wherever_it_is(record: StoredRecord) -> None:
    """Names, numbers and addresses, in each table."""
    assert not [hidden for hidden in FORBIDDEN if hidden in shown(record)]


@row_by_row
def test_a_title_that_is_cut_from_the_text_hides_what_the_text_hides(text: str, hidden: str) -> None:
    """Half a number or half a plate would pass; the text is masked first."""
    of = complaint(title=title_of(text), text=text)
    described = rows(stored(opened(of)))["complaint_rows"], rows(stored_case(case(of)))["case_now"]
    assert hidden in mask(of.title)
    assert [found["title"] for found in described if hidden in found["title"] or hidden in found["text"]] == []
    assert all(found["text"].startswith(found["title"].removesuffix("…")) for found in described)


def test_a_name_that_two_messages_make_together_is_masked() -> None:
    """The citizen sends the cue first and the name later; each alone would pass."""
    found = row(stored_case(case(completed(complaint(text="Jalan rusak. Nama:"), "Budi Santoso"))))
    assert "Budi" not in found["text"]


def test_nothing_of_a_secret_report_is_shown() -> None:
    """Its texts are empty in all tables; where it happened is known to the regency only."""
    of = completed(complaint(secret=True, place=PLACE, title="Judul rahasia", text="Isi rahasia"), "Isi rahasia")
    nearby = Alternative(id="kec-33.74.01", name="Kecamatan Semarang Tengah", score=0.4)
    records = [
        stored(opened(of)),
        stored(opened(of, secret=False)),
        stored(routed(of, explanation="Isi rahasia", alternatives=(nearby,))),
        stored(refused(of, text="Isi rahasia")),
        stored(added(of)),
        stored(answered(of, text="Isi rahasia")),
        stored_case(case(of, explanation="Isi rahasia")),
        stored(routed(of, AgencyRef(id="kec-33.74.01", name="Kecamatan Semarang Tengah"))),
        stored(refused(of, actor="kec-33.74.01")),
    ]
    for record in records:
        assert not [word for word in ("ahasia", "Semarang Tengah", "Miroto", "33.74.01") if word in shown(record)]
        assert rows(record)[next(iter(rows(record)))]["secret"]
        assert of.tracking_code not in shown(record)
        assert number(of.tracking_code) not in shown(record)
    described = rows(records[0])["complaint_rows"], rows(records[6])["case_now"]
    for found in described:
        assert (found["title"], found["text"], found["regency_code"], found["village_code"]) == ("", "", "33.74", "")
    assert rows(records[2])["disposition_rows"]["alternatives"] == []
    hidden = rows(records[7])["disposition_rows"]
    assert (hidden["owner_id"], hidden["owner"]) == ("kec-33.74", "an office below the regency")


@pytest.mark.parametrize("flag", ["secret", "anonymous"])
def test_the_time_that_a_case_waited_is_to_the_hour_if_nobody_is_to_know_the_citizen(flag: str) -> None:
    """To the second it would tell when an answer came that everybody can read on a platform."""
    named, unnamed = case(complaint(), paused_s=7_325), case(complaint(**{flag: True}), paused_s=7_325)
    assert row(stored_case(named))["paused_s"] == 7_325
    assert row(stored_case(unnamed))["paused_s"] == 7_200


def test_a_secret_report_tells_no_code_of_a_case_that_it_continues_or_that_continues_it() -> None:
    """Both are secret, and whoever has a code reads the page of its case and acts on it."""
    of = complaint(secret=True, continues="P11D649RCQN")
    continued = fact(of, FactKind.continued, 3, continued_as="P11D649RCQN")
    for record in (stored(opened(of)), stored_case(case(of)), stored(continued)):
        assert "P11D649RCQN" not in shown(record)


def test_a_position_is_rounded_to_about_a_kilometre_and_hidden_in_a_secret_report() -> None:
    """It may be that of a home; the officer has it whole."""
    place = structs.replace(PLACE, pin=Pin(latitude=-6.993215, longitude=110.420311))
    for secret, position in ((False, (-6.99, 110.42)), (True, (None, None))):
        of = complaint(place=place, secret=secret)
        for record in (stored(opened(of)), stored_case(case(of))):
            assert (row(record)["latitude"], row(record)["longitude"]) == position
            assert not [digits for digits in ("993", "4203") if digits in shown(record)]


DAY = date(2026, 11, 3)


@each("topic", TOPICS)
@each("value", [b"", b"no json", b"{}", b"[]", b"null", b'"\\ud800"', b"\xff"])
def test_what_is_no_event_is_poison(topic: str, value: bytes) -> None:
    """The sink makes a dead letter of it, which says where it was."""
    with pytest.raises(ContractViolation, match=f"^{topic}/0/7 is not (a )?valid"):
        rows_of(poison(topic, 7, value), number)


@each(
    "record",
    [
        stored(routed(complaint(), hop=256)),
        stored(refused(complaint(), version=1 << 32)),
        stored_case(case(complaint(), hop=256)),
        stored(dead_letter(attempts=1 << 16)),
        stored(dead_letter(source_partition=1 << 31)),
        stored(dead_letter(source_offset=1 << 63)),
        stored(opened(complaint(raw=structs.replace(complaint().raw, parts=1 << 16)))),
        stored(
            routed(
                complaint(),
                deadlines=(
                    Deadline(duty="forward", days=1 << 16, counted="working", begins=DAY, due=date.max, source=""),
                ),
            )
        ),
    ],
)
def test_a_number_that_no_column_holds_is_poison(record: StoredRecord) -> None:
    """One such event would otherwise stop the sink for ever: the whole batch could never be inserted."""
    with pytest.raises(ContractViolation, match=r"is too large for its column"):
        rows_of(record, number)


@each_row
def test_a_wrong_value_is_named_and_not_quoted(record: str, changes: dict[str, Any], wrong: str) -> None:
    """The reason of a dead letter is shown to analysts, and the value may be private."""
    of = RECORDS[record]
    with pytest.raises(ContractViolation, match=re.escape(wrong)):
        rows_of(replace(of, value=orjson.dumps(orjson.loads(of.value or b"") | changes)), number)


def test_what_kafka_has_lost_is_shown_with_its_place() -> None:
    """Those who look for what is missing need the offsets, and there is no word of a citizen in them."""
    _, error = lost("lapor-router", "lapor.complaints", 3, Gap(1_200_345, 1_200_399, handled=True))
    found = row(stored(dead_letter(error_class=type(error).__name__, reason=str(error))))["reason"]
    assert str(found).startswith(
        "Kafka has lost what lapor-router handled from 1200345 to 1200398 of lapor.complaints/3, at most 54"
    )


def test_the_text_of_a_foreign_error_is_not_shown() -> None:
    """It may hold what the citizen wrote, and of a secret report at that; masking takes only names and numbers out."""
    event = dead_letter(error_class="ValidationError", reason="our own fault: input_value='Kepala dinas minta uang'")
    assert row(stored(event))["reason"] == "our own fault"
    assert row(stored(dead_letter(reason="no PDU")))["reason"] == "no PDU"


def test_the_topics_are_those_that_the_sink_promises() -> None:
    """Facts, documents of cases, deliveries and dead letters; complaints come as facts."""
    assert TOPICS == (CASE_EVENTS, CASES, MESSAGE_EVENTS, DEAD_LETTERS)


def test_no_id_of_a_row_is_derived_from_another_or_from_a_public_post() -> None:
    """Each is made with the key of the case numbers from the real one, the same in all tables; so joins hold and guesses do not."""
    of = structs.replace(complaint(), id=ids.message_id("twitter", "2127620919131111424"))
    found = [
        row
        for record in (stored_case(case(of)), stored(opened(of)), stored(landed(of)), stored(told(of)))
        for row in rows(record).values()
    ]
    letter = dead_letter()
    real = {
        of.id,
        letter.id,
        *(
            UUID(str(value))
            for record in (stored(opened(of)), stored(landed(of)), stored(told(of)))
            for name, value in orjson.loads(record.value or b"").items()
            if name in {"id", "caused_by", "complaint_id"}
        ),
    }
    shown = {value for one in (*found, row(stored(letter))) for value in one.values() if isinstance(value, UUID)}
    assert shown <= {number.id(one) for one in real}
    assert not shown & real
    derived = {ids.companion_id(one, kind) for one in shown for kind in ("add", "hide", "reopen")}
    assert not derived & shown
    assert {row["complaint_id"] for row in found} == {number.id(of.id)}
    assert Numbers(b"another key of the same size").id(of.id) != number.id(of.id)
