"""Which cases are proposed to be merged into which, and what supporters hear."""

import time
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import orjson
import pytest
from msgspec.structs import replace

from complaints.bus import StoredRecord
from complaints.bus.envelope import encode
from complaints.errors import ContractViolation
from complaints.neighbour import Joined
from neighbours.likeness import Side
from neighbours.neighbourhood import DAY_MS, EXAMPLES, STATE_BYTES, Candidate, Neighbourhoods, candidate
from neighbours.signs import packed, unpacked
from neighbours.step import NeighboursStep
from neighbours.supporters import PAGE
from normalizer.matter.signature import signature
from tests.harness.neighbours import (
    NOON,
    Quarter,
    QuarterTelling,
    case_id,
    closed,
    code,
    joined,
    later,
    left,
    opened,
    told,
)
from tests.harness.stories import stories_of
from tests.harness.tables import document, each

HOLE = "lobang gede di jln majapahit dpn pegadaian"
SAME_HOLE = "Jalan berlubang di Jalan Majapahit, seberang kantor Pegadaian, mohon ditambal"


test_story = stories_of(__file__, QuarterTelling)


@pytest.fixture
def quarter() -> Quarter:
    """A regency without cases."""
    return Quarter()


def test_a_case_that_is_open_again_is_proposed_by_another_command(quarter: Quarter) -> None:
    """What it leads to has ids that derive from the command: with the former one, the citizen's second reply would seem to be his first."""
    quarter.put(opened(1, HOLE))
    again = replace(opened(2, SAME_HOLE, at=later(hours=3)), id=uuid5(case_id(2), "again"))
    first, second = quarter.put(opened(2, SAME_HOLE, at=later(hours=3)), closed(2), again)
    assert (first["tracking_code"], first["other"]) == (second["tracking_code"], second["other"]) == (code(2), code(1))
    assert first["id"] != second["id"]


def test_of_two_cases_of_one_moment_the_lower_code_is_the_main_case(quarter: Quarter) -> None:
    """In either order of arrival."""
    low, high = sorted((1, 2), key=code)
    for order in ((low, high), (high, low)):
        quarter.states.clear()
        quarter.put(opened(order[0], HOLE))
        assert quarter.merges(opened(order[1], HOLE)) == [(code(high), code(low))]


def test_a_supporter_still_tells_how_others_may_word_the_matter(quarter: Quarter) -> None:
    """The router says that it was merged; without that, or when the main case ends, it is forgotten."""
    quarter.put(opened(1, HOLE), opened(2, SAME_HOLE, at=later(hours=1)))
    quarter.put(closed(2, merged=True))
    (state,) = quarter.pages.values()
    assert [one.main for one in Neighbourhoods().unpack(state)] == ["", code(1)]
    quarter.put(closed(2))
    (state,) = quarter.pages.values()
    assert [one.code for one in Neighbourhoods().unpack(state)] == [code(1)]
    quarter.put(closed(1, merged=True))
    assert quarter.pages == {}


def test_an_example_tells_the_matter_in_other_words_but_never_another_place(quarter: Quarter) -> None:
    """Three are kept."""
    quarter.put(*(opened(number, HOLE, at=later(minutes=number)) for number in range(1, 9)))
    (state,) = quarter.pages.values()
    assert len(Neighbourhoods().unpack(state)) == 1 + EXAMPLES
    assert quarter.merges(opened(9, HOLE, at=later(hours=1), village="33.74.10.1001")) == [(code(9), code(1))]


def test_five_thousand_people_and_one_flood(quarter: Quarter) -> None:
    """Each is proposed to the first one, in well under a minute, and the state stays small."""
    texts = (
        "banjir di kelurahan kaligawe masuk rumah setinggi lutut",
        "Kaligawe banjir lagi, air sudah masuk rumah warga",
        "tolong pak kaligawe kebanjiran rob tinggi skali",
        "Kelurahan Kaligawe terendam banjir sejak subuh, mohon pompa dinyalakan",
    )
    began = time.monotonic()
    for number in range(5000):
        at = NOON + timedelta(milliseconds=700 * number)
        quarter.put(opened(number, texts[number % 4], at=at, village="33.74.04.1001" if number % 3 else None))
    assert time.monotonic() - began < 30
    assert len(quarter.commands()) == 4999
    assert {command["other"] for command in quarter.commands()} == {code(0)}
    assert sum(map(len, quarter.pages.values())) < 1000
    assert quarter.writes < 10


def test_the_state_of_a_busy_regency_stays_within_its_bytes(quarter: Quarter) -> None:
    """400 complaints a day for ten days, all different; the oldest are left out first, and one more takes little time."""
    many = Neighbourhoods()
    held = many.pack([_candidate(number) for number in range(1500, 5500)])
    assert STATE_BYTES * 0.99 < len(held) <= STATE_BYTES
    quarter.keep(b"33.74", held)
    assert 2500 < len(many.unpack(held)) < 4000
    began = time.monotonic()
    for number in range(5500, 5550):
        quarter.put(opened(number, _text(number), at=_at(number)))
    assert time.monotonic() - began < 30
    (state,) = quarter.pages.values()
    assert STATE_BYTES * 0.99 < len(state) <= STATE_BYTES
    assert Neighbourhoods().unpack(state)[-1].code == code(5549)


def _candidate(number: int) -> Candidate:
    event, sign = opened(number, _text(number), at=_at(number)), packed(signature(_text(number)))
    side = Side(unpacked(sign))
    received_ms = round(event.received_at.timestamp() * 1000)
    return candidate(received_ms, code(number), seen_day=received_ms // DAY_MS, person=number, side=side, raw=sign)


def _text(number: int) -> str:
    return (
        f"jalan {_name(number)} berlubang dalam dekat toko {_name(number + 7)} {_name(number + 13)} mohon ditambal"
        " karena tadi pagi ada yang jatuh"
    )


def _at(number: int) -> datetime:
    return NOON + timedelta(seconds=220 * number)


def _name(number: int) -> str:
    """Return a word of consonants and vowels that no other number has."""
    word = ""
    for _ in range(4):
        number, digit = divmod(number, 17)
        word += "bcdfghjklmnpqrstv"[digit] + "aiueo"[digit % 5]
    return word


def test_what_a_supporter_hears_derives_from_what_the_main_case_told(quarter: Quarter) -> None:
    """The same record gives the same command."""
    quarter.put(joined(1, 3))
    (echo,) = quarter.put(told(1, text="Sudah ditambal", event="answered"))
    assert UUID(echo["id"]) == uuid5(uuid5(case_id(1), "answered"), code(3))


def test_a_page_ends_with_its_main_case(quarter: Quarter) -> None:
    """All pages; who joins later begins a new one."""
    quarter.put(*(joined(0, number) for number in range(1, 502)))
    assert len(quarter.put(told(0, event="closed"))) == 501
    assert quarter.pages == {}


def test_what_is_told_cannot_name_another_case(quarter: Quarter) -> None:
    """The fields that say whose command it is are the step's own."""
    quarter.put(joined(1, 2))
    record = encode(told(1), source="/tests")
    more = {"tracking_code": code(9), "kind": "refuse", "actor": "someone", "other": code(8)}
    (echo,) = quarter.hear(record._replace(value=orjson.dumps(orjson.loads(record.value) | more)))
    assert (echo["tracking_code"], echo["kind"], echo["actor"]) == (code(2), "echo", "neighbours")
    assert echo["other"] == code(1)


def test_a_full_page_is_followed_by_others(quarter: Quarter) -> None:
    """At most 500 supporters of a page; each supporter is on one, hears each thing once, and can leave."""
    many = range(1, 1252)
    quarter.put(*(joined(0, number) for number in many))
    assert sorted(quarter.pages) == [f"{code(0)}/{page}".encode() for page in range(3)]
    assert all(len(state) < 10_000 for state in quarter.pages.values())
    echoes = quarter.put(told(0))
    assert sorted(echo["tracking_code"] for echo in echoes) == sorted(map(code, many))
    quarter.put(left(0, 1), left(0, PAGE + 3), left(0, 1251))
    heard = {echo["tracking_code"] for echo in quarter.put(told(0, "closed"))}
    assert heard == {code(number) for number in many} - {code(1), code(PAGE + 3), code(1251)}


BROKEN: dict[str, dict[str, object]] = document("tables/cases/neighbours.yaml")["BROKEN"]


@each("change", BROKEN.values())
def test_a_broken_record_is_poison(change: dict[str, object]) -> None:
    """And becomes a dead letter."""
    record = encode(opened(1, HOLE), source="/tests")
    value = orjson.dumps(orjson.loads(record.value) | change)
    with pytest.raises(ContractViolation):
        NeighboursStep()(None, StoredRecord(record.topic, 0, 0, record.key, value, record.headers, 0))


def test_signatures_of_another_version_are_not_compared(quarter: Quarter) -> None:
    """Those of a router of another version, and those in a state that a former version wrote."""
    other = replace(opened(1, HOLE), signature="CQAAAAA=")
    assert quarter.merges(other) == []
    assert quarter.pages == {}
    quarter.put(opened(2, HOLE))
    (state,) = quarter.pages.values()
    version = state.index(packed(signature(HOLE)))
    quarter.keep(b"33.74", state[:version] + b"\x09" + state[version + 1 :])
    assert quarter.merges(opened(3, HOLE, at=later(hours=1))) == []
    assert quarter.merges(opened(4, HOLE, at=later(hours=2))) == [(code(4), code(3))]


def test_a_state_holds_no_word(quarter: Quarter) -> None:
    """Neither of the text nor of the person."""
    quarter.put(opened(1, HOLE, reporter_ref="jpztxqo6euveuyapl5eumjdidy"))
    (state,) = quarter.pages.values()
    for word in (*HOLE.split(), "jpztxqo6"):
        assert word.encode() not in state


def test_a_page_needs_its_key() -> None:
    """A record for page 1 in the mailbox of page 0 is poison, and one of another type too."""
    record = encode(replace(joined(1, 2), page=1), source="/tests")
    for key, headers in ((code(1).encode() + b"/0", record.headers), (record.key, ())):
        with pytest.raises(ContractViolation):
            NeighboursStep()(None, StoredRecord(record.topic, 0, 0, key, record.value, headers, 0))
    assert isinstance(joined(1, 2), Joined)
