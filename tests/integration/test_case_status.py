"""Where a case stands, asked of a real ClickHouse that real events filled."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from complaints.bus.envelope import AnyEvent, encode
from complaints.errors import StoreUnavailable, TrackingCodeError
from complaints.event import CaseEventKind, Complaint, Deadline
from sinks.clickhouse import cases
from sinks.clickhouse.cases import StoredCases
from sinks.clickhouse.client import Store
from tests.harness.events import DPU, PEMDA, completed, disposition, enrichment, refusal
from tests.harness.sink import SinkHouse
from tests.harness.support import NOON, KafkaServer

DUE = Deadline(duty="complete", working_days=14, due=date(2026, 11, 23), source="PermenPANRB 5/2025")


@pytest.fixture
def house(kafka: KafkaServer, clickhouse_server: str) -> Iterator[SinkHouse]:
    """A database of this test's own."""
    made = SinkHouse(kafka.brokers, clickhouse_server)
    yield made
    made.close()


def stored(house: SinkHouse, *events: AnyEvent, rows: dict[str, int]) -> None:
    """Let the sink store events."""
    sink = house.sink()
    for event in events:
        house.send(encode(event, source="/tests"))
    for table, count in rows.items():
        house.wait_for(count, table)
    sink.stop()


def answered(case: Complaint, kind: CaseEventKind, text: str) -> AnyEvent:
    """Return what the owner says."""
    return refusal(case, DPU, kind=kind, text=text, id=case.id)


def test_the_states_of_a_case_as_the_citizen_sees_them(house: SinkHouse) -> None:
    """At a desk, with its owner and the deadline, answered with masked words; the newest hop counts."""
    reader = StoredCases(house.store)
    case = house.complaint()
    assert reader.status(case.tracking_code) is None
    stored(house, case, disposition(case, PEMDA, triage=True), rows={"complaint_rows": 1, "disposition_rows": 1})
    found = reader.status(case.tracking_code.lower())
    assert found is not None
    assert (found.state, found.owner, found.channel, found.since, found.due) == (
        "menunggu",
        PEMDA.name,
        "sms",
        NOON,
        None,
    )
    later = completed(case)
    stored(
        house,
        enrichment(later),
        disposition(later, DPU, hop=1, deadlines=(DUE,)),
        rows={"disposition_rows": 2, "case_event_rows": 1},
    )
    found = reader.status(case.tracking_code)
    assert found is not None
    assert (found.state, found.owner, found.due, found.answer) == ("diproses", DPU.name, DUE.due, "")
    stored(house, answered(case, CaseEventKind.answered, "Hubungi 081234567890"), rows={"case_event_rows": 2})
    found = reader.status(case.tracking_code)
    assert found is not None
    assert found.state == "ditanggapi"
    assert found.answer.startswith("Hubungi")
    assert "081234567890" not in found.answer


def test_a_secret_case_shows_its_owner_and_no_word_of_it(house: SinkHouse) -> None:
    """Whoever holds the code may know where it is."""
    case = house.complaint().model_copy(update={"secret": True})
    stored(
        house,
        case,
        disposition(case, DPU),
        answered(case, CaseEventKind.closed, "Rahasia"),
        rows={"complaint_rows": 1, "disposition_rows": 1, "case_event_rows": 1},
    )
    found = StoredCases(house.store).status(case.tracking_code)
    assert found is not None
    assert (found.state, found.owner, found.answer, found.secret) == ("selesai", DPU.name, "", True)


def test_what_is_no_code_is_told_from_a_clickhouse_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """And after a failure the next one does not wait for it again."""
    reader = StoredCases(Store("clickhouse://127.0.0.1:1/x"))
    with pytest.raises(TrackingCodeError):
        reader.status("ABC")
    with pytest.raises(StoreUnavailable, match="cannot be looked up"):
        reader.status("2Q74GVWWCE3")
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        reader.status("2Q74GVWWCE3")
    monkeypatch.setattr(cases, "AWAY_S", 0.0)
    reader._away_until = 0.0
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="cannot be looked up"):
            reader.status("2Q74GVWWCE3")


def test_tables_that_are_not_made_yet_are_unavailable_and_no_fault(clickhouse_server: str) -> None:
    """The sink makes them; a door may be up before it."""
    with closing(Store(clickhouse_server)) as store, pytest.raises(StoreUnavailable):
        StoredCases(store).status("2Q74GVWWCE3")


MANY = 200_000


def test_a_status_reads_one_case_and_not_all(house: SinkHouse) -> None:
    """Citizens ask as often as they like, and there are more cases each year."""
    store = house.store
    store.execute(
        "INSERT INTO complaint_rows (complaint_id, tracking_code, kafka_offset)"
        f" SELECT reinterpretAsUUID(sipHash128(number)), hex(sipHash64(number)), number FROM numbers({MANY})"
    )
    store.execute(
        "INSERT INTO disposition_rows (complaint_id, owner, decided_at)"
        f" SELECT reinterpretAsUUID(sipHash128(number)), 'Dinas', now64(3) FROM numbers({MANY})"
    )
    ((code, complaint_id),) = store.execute("SELECT tracking_code, complaint_id FROM complaints LIMIT 1")
    asked = {"code": code, "id": complaint_id, "answered": "ditanggapi", "closed": "selesai"}
    for question in (cases._COMPLAINT, cases._OWNER, cases._SAID):
        assert store.execute(question, asked) or question == cases._SAID
        read = sum(row[3] for row in store.execute(f"EXPLAIN ESTIMATE {question}", asked))
        assert read < MANY / 2, question
