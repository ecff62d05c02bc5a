"""The view's copy: what records change, what replaces what, and which copy cannot be continued."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import msgspec
import orjson
import pytest
from msgspec.structs import replace

from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.bus.tail import Extent, Span
from complaints.case import Case
from complaints.command import CommandKind
from complaints.contract import CASE_EVENTS, CASES
from complaints.errors import ConfigurationError, UnavailableError
from tests.harness.cases.made import Story, stored
from tests.harness.events import DPU
from tests.harness.numbers import number
from tests.harness.tables import each
from tests.harness.there import there
from view.freshness import Freshness
from view.rows import changes_of
from view.store import Progress, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty copy."""
    made = Store(tmp_path / "view" / "cases.db")
    yield made
    made.close()


def put(store: Store, *records: Record) -> None:
    """Let the view read records in one batch."""
    found = changes_of([stored(record, offset) for offset, record in enumerate(records)], number)
    assert found.unreadable == []
    store.apply(found, {(records[0].topic, 0): len(records)})


def case_in(store: Store, code: str) -> Case | None:
    """Return a case."""
    found = store.case(code)
    return None if found is None else msgspec.json.decode(found.document, type=Case)


def test_a_case_is_found_by_its_code_and_by_its_complaint_without_the_address(store: Store) -> None:
    """And so are its facts; the sealed address is on no disk of the view, however it got there."""
    story = Story()
    put(store, *story.records())
    assert story.case is not None
    expected = story.case
    assert case_in(store, story.code) == expected
    assert store.case_of(story.complaint.id) == store.case(story.code)
    assert [orjson.loads(fact)["kind"] for fact in there(store.facts(story.code))] == ["opened", "routed"]
    assert (store.case("00000000000"), store.case_of(uuid4()), store.facts("00000000000")) == (None, None, None)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in batches of their own"])
def test_a_document_replaces_only_an_older_version(store: Store, *, together: bool) -> None:
    """A step may write again what it has written before, and a view reads again what it did not store."""
    story = Story()
    old = story.document()
    story.answer(uuid4())
    new = story.document()
    for batch in [(new, old)] if together else [(new,), (old,), (old, old)]:
        put(store, *batch)
    found = there(case_in(store, story.code))
    assert (found.version, found.state) == (3, "answered")


def test_a_tombstone_deletes_and_what_comes_after_it_counts(store: Store) -> None:
    """Within a batch and over several, even if the new case has fewer facts than the old one had."""
    story = Story()
    first = story.document()
    story.answer(uuid4())
    gone = stored(Record(topic=CASES, key=story.code.encode(), value=b""), 1)
    tombstone = type(gone)(gone.topic, 0, 1, gone.key, None, (), 0)
    store.apply(changes_of([stored(story.document()), tombstone], number), {(CASES, 0): 2})
    assert store.case(story.code) is None
    put(store, story.document())
    store.apply(changes_of([tombstone, stored(first, 2)], number), {(CASES, 0): 3})
    assert there(store.case(story.code)).version == 2


def test_facts_that_come_twice_are_there_once(store: Store) -> None:
    """In the order of their versions."""
    story = Story()
    story.refuse(uuid4())
    put(store, *reversed(story.records()))
    put(store, *story.records())
    assert [orjson.loads(fact)["version"] for fact in there(store.facts(story.code))] == [1, 2, 3, 4]


def test_the_result_of_a_command_is_there_when_all_of_it_is(store: Store) -> None:
    """The step writes document and facts together, but the view reads two topics: half a refusal is no result."""
    story, command = Story(), uuid4()
    put(store, *story.records())
    story.refuse(command)
    refused, routed, document = story.records(since=2)
    assert store.caused_by(story.code, command) == []
    put(store, refused)
    assert store.caused_by(story.code, command) == []
    put(store, document)
    assert store.caused_by(story.code, command) == [], "the document is further than the facts"
    put(store, routed)
    assert [orjson.loads(fact)["kind"] for fact in store.caused_by(story.code, command)] == [
        "refused",
        "routed",
    ]
    late = uuid4()
    story.decline(late, CommandKind.refuse, actor=DPU.id, text="Bukan pemilik.")
    put(store, story.records(since=4)[0])
    assert store.caused_by(story.code, late) == [], "the facts are further than the document"


UNREADABLE: Mapping[str, Record] = {
    "no JSON": Record(topic=CASES, key=b"2Q74GVWWCE3", value=b"no json"),
    "no object": Record(topic=CASES, key=b"2Q74GVWWCE3", value=b"[1]"),
    "no key": Record(topic=CASES, key=b"", value=Story().document().value),
    "another key": Record(topic=CASES, key=b"2Q74GVWWCE3", value=Story().document().value),
    "a key of bytes": Record(topic=CASES, key=b"\xff" * 11, value=Story().document().value),
    "no version": Record(topic=CASES, key=b"2Q74GVWWCE3", value=b'{"tracking_code":"2Q74GVWWCE3","complaint":{}}'),
    "a text as complaint": Record(topic=CASES, key=b"2Q74GVWWCE3", value=b'{"complaint":"x"}'),
    "a fact without a value": Record(topic=CASE_EVENTS, key=b"2Q74GVWWCE3", value=b""),
    "a fact of nothing": Record(topic=CASE_EVENTS, key=b"2Q74GVWWCE3", value=b"{}"),
    "a fact of version 0": Record(
        topic=CASE_EVENTS,
        key=Story().code.encode(),
        value=encode(replace(Story().facts[0], version=0), source="").value,
    ),
}


@each("record", UNREADABLE.values())
def test_a_record_that_cannot_be_read_changes_nothing(record: Record) -> None:
    """It is named with its reason, and the records around it are read."""
    good = Story(8).records()
    bad = stored(record, 1)
    bad = type(bad)(bad.topic, 0, 1, bad.key, bad.value or None, (), 0)
    found = changes_of([stored(good[0]), bad, stored(good[2])], number)
    assert [broken.position for broken, _ in found.unreadable] == [bad.position]
    assert len(found.facts) == len(found.cases) == 1


def test_the_bookkeeping_of_the_step_is_no_case() -> None:
    """It is in the same topic, under a key that no case has."""
    found = changes_of([stored(Record(topic=CASES, key=b"\x00position", value=b'{"offset":7}'))], number)
    assert (found.cases, found.unreadable) == ({}, [])


def test_fields_that_this_program_does_not_know_are_left_out(store: Store) -> None:
    """Nobody has checked what is in them, and one that a reader cannot read would hide the case from him."""
    record = Story().document()
    said = orjson.loads(record.value) | {"mood": 5}
    put(store, Record(topic=CASES, key=record.key, value=orjson.dumps(said)))
    assert orjson.loads(there(store.case(Story().code)).document) == orjson.loads(record.value)


def test_rows_and_positions_are_written_together_or_not_at_all(store: Store) -> None:
    """A batch that fails leaves nothing, so that it can be read again."""
    store.begin(CASES, Progress("t", 0, {0: 0}))
    broken = changes_of([stored(Story().document())], number)
    broken.facts.append(("code", None, b"", b""))  # type: ignore[arg-type]  # the table refuses it
    with pytest.raises(UnavailableError):
        store.apply(broken, {(CASES, 0): 1})
    assert store.case(Story().code) is None
    assert store.progress(CASES) == Progress("t", 0, {0: 0})
    assert not store.broken


def test_a_topic_is_begun_anew_alone(store: Store) -> None:
    """The copy of the other one stays."""
    put(store, *Story().records())
    store.begin(CASES, Progress("new", 5, {0: 3, 1: 4}))
    assert store.case(Story().code) is None
    assert store.progress(CASES) == Progress("new", 5, {0: 3, 1: 4})
    put(store, Story().document())
    assert len(store.facts(Story().code) or []) == 2


@pytest.mark.parametrize("spoil", ["no database", "another format", "found broken"])
def test_a_file_that_cannot_be_used_is_made_anew(tmp_path: Path, spoil: str) -> None:
    """It is a copy: what is lost is read again."""
    path = tmp_path / "cases.db"
    first = Store(path)
    put(first, Story().document())
    first.close()
    match spoil:
        case "no database":
            path.write_bytes(b"not a database at all, but long enough to be taken for one" * 100)
        case "another format":
            with sqlite3.connect(path) as base:
                base.execute("PRAGMA user_version = 99")
            base.close()
        case "found broken":
            path.with_suffix(".broken").touch()
    second = Store(path)
    assert second.case(Story().code) is None
    put(second, Story().document())
    second.close()
    third = Store(path)
    assert third.case(Story().code) is not None
    third.close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """At the start, not when the first record comes."""
    (tmp_path / "view").write_text("a file")
    with pytest.raises(ConfigurationError, match="view"):
        Store(tmp_path / "view" / "cases.db")


def extents(*ends: int) -> dict[str, Extent]:
    """Return a topic with these ends."""
    return {CASES: Extent("t", {number: Span(0, end) for number, end in enumerate(ends)})}


def test_the_view_is_ready_when_it_has_read_what_was_there_at_its_start() -> None:
    """What comes meanwhile does not put it off."""
    fresh = Freshness()
    assert not fresh.ready
    fresh.begin({(CASES, 0): 0, (CASES, 1): 5}, extents(10, 5), 1000, anew=True)
    fresh.read([], {(CASES, 0): 9})
    fresh.looked(extents(20, 5), 2000)
    assert not fresh.ready
    fresh.read([], {(CASES, 0): 10})
    assert fresh.ready
    fresh.begin({(CASES, 0): 12, (CASES, 1): 5}, extents(20, 5), 3000, anew=False)
    assert fresh.ready
    fresh.begin({(CASES, 0): 0, (CASES, 1): 0}, extents(20, 5), 3000, anew=True)
    assert not fresh.ready


def test_how_far_it_is_behind_is_the_age_of_the_oldest_record_that_it_has_not_read() -> None:
    """As far as it can be known: while Kafka is away, it grows from the last look."""
    fresh = Freshness()
    assert fresh.behind_ms(5000) is None
    fresh.begin({(CASES, 0): 10, (CASES, 1): 5}, extents(20, 5), 1000, anew=False)
    assert fresh.behind_ms(5000) is None, "nobody knows how old the first of ten records is"
    record = stored(Story().document(), 10)
    fresh.read([type(record)(CASES, 0, 10, b"", b"", (), 1700)], {(CASES, 0): 11})
    assert fresh.behind_ms(5000) == 4000
    assert [(one.waiting, one.oldest_ms) for one in fresh.partitions(5000)] == [(9, 3300), (0, 4000)]
    fresh.read([], {(CASES, 0): 20})
    fresh.looked(extents(20, 5), 4900)
    assert fresh.behind_ms(5000) == 100
    assert fresh.behind_ms(65_000) == 60_100
