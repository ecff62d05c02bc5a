"""Routing: the law decides, refusals never come back, and the national administrator ends it."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from complaints.event import Complaint, Place, Raw, Region, RoutingHints
from complaints.runtime import packaged
from normalizer.complaint import Normaliser
from router.deadlines import working_day
from router.facts import Facts
from router.jsonlines import route_row
from router.routing import Router
from tests.harness.house import routed
from tests.harness.support import message
from tests.harness.tables import each_row, readings_of, row_by_row

RECEIVED = datetime(2026, 11, 24, 3, tzinfo=UTC)


def complaint(text: str, *, regency: tuple[str, str] | None = None, oversight: bool = False) -> Complaint:
    """Return a complaint with only what a test is about."""
    place = Place()
    if regency:
        place = Place(province=Region(code=regency[0][:2], name="?"), regency=Region(code=regency[0], name=regency[1]))
    return Complaint(
        id=UUID(int=7),
        tracking_code="C",
        channel="web",
        received_at=RECEIVED,
        title="",
        text=text,
        place=place,
        oversight=oversight,
        reporter_ref="r",
        raw=Raw(body=b"x", coding="utf-8", upstream_id="1"),
        normaliser_version="t",
    )


SEMARANG = ("33.74", "Kota Semarang")
REGENCIES = {"": None, "33.74": SEMARANG, "31.74": ("31.74", "Kota Administrasi Jakarta Selatan")}


def given_to(given: dict[str, Any]) -> SimpleNamespace:
    """Return the disposition of a complaint, with its first evidence, after the refusals that are given."""
    refused = given.pop("refused", ())
    made = complaint(
        given.pop("text"), regency=REGENCIES[given.pop("regency", "")], oversight=given.pop("oversight", False)
    )
    more = {name: RoutingHints(**value) if name == "hints" else value for name, value in given.items()}
    found = routed(Router.load(), replace(made, **more), *refused)
    first = found.evidence[0] if found.evidence else None
    return SimpleNamespace(**{name: getattr(found, name) for name in found.__struct_fields__}, first=first)


test_readings = readings_of(__file__, given_to)


def test_after_the_hops_the_national_administrator_owns_it_and_cannot_refuse(router: Router) -> None:
    """Three refusals end at Kementerian PANRB; its own refusal changes nothing."""
    case = complaint("jalan berlubang", regency=SEMARANG)
    three = ("dpu-33.74", "pemda-33.74", "pemda-33")
    last = routed(router, case, *three)
    assert last.owner.id == "kemenpanrb"
    assert last.triage
    assert router.route(case, (*three, "kemenpanrb")) == router.route(case, three)


def test_saying_no_twice_is_saying_it_once(router: Router) -> None:
    """The same refusal again gives the same disposition."""
    case = complaint("jalan berlubang", regency=SEMARANG)
    assert router.route(case, ["dpu-33.74"] * 2) == router.route(case, ["dpu-33.74"])


@row_by_row
def test_working_days_leave_out_weekends_and_days_off(start: date, count: int, due: date) -> None:
    """Christmas 2026 is a Friday; the calendar's end is no error."""
    assert working_day(start, count) == due


def test_an_owner_with_a_law_of_its_own_has_it_in_the_evidence(router: Router) -> None:
    """The sentence and the evidence name the same law."""
    given = routed(router, complaint("tunjangan profesi guru madrasah belum cair", regency=SEMARANG))
    assert given.owner.id == "kemenag"
    law = next(item.law for item in given.evidence if item.rule == "subject:school")
    assert law
    assert law in given.explanation


def test_after_a_refusal_the_refusal_is_the_reason_and_no_law_speaks_for_the_body_that_refused(router: Router) -> None:
    """A citizen must not read that the law makes the old body responsible, in the sentence that gives the case to another."""
    asked = complaint("jalan berlubang di tikungan", regency=SEMARANG)
    first = routed(router, asked)
    second = routed(router, asked, first.owner.id)
    assert second.explanation.endswith(f"karena {first.owner.name} menyatakan bukan wewenangnya.")
    assert second.explanation.count("karena") == 1
    assert "UU" not in second.explanation


LOOKS_INTO_ITSELF = {
    *(
        "anri",
        "basarnas",
        "bi",
        "big",
        "bkpm",
        "bnn",
        "bp-tapera",
        "bpk",
        "bpkp",
        "bumn",
        "danantara",
        "dkpp",
        "kemenpanrb",
    ),
    *(
        "komnas-ham",
        "kpi",
        "kpk",
        "lpp-rri",
        "lpp-tvri",
        "ojk",
        "ombudsman",
        "perpusnas",
        "polri",
        "ppatk",
        "stis",
        "tni",
    ),
}
"""Public bodies other than enterprises that get reports of abuse in their own house, since the data name nobody above them for it."""


def test_who_is_accused_does_not_look_into_himself_but_for_few(router: Router) -> None:
    """No region, no office below a ministry that has an inspectorate, and no such inspectorate."""
    own, seen = set(), 0
    for said in (
        "Pegawai {} minta uang dua juta supaya urusan cepat selesai",
        "Pegawai {} melakukan pungli",
        "Pejabat {} menerima suap",
    ):
        for body in router.registry.bodies.values():
            facts = Facts(router.reader.read(said.format(body.name)))
            seen += facts.oversight
            if facts.oversight and router.decide(facts).owner is body and body.kind != "enterprise":
                own.add(body.id)
    assert seen > 1500
    assert own <= LOOKS_INTO_ITSELF


@each_row
def test_an_inspectorate_of_a_ministry_is_looked_into_from_above(router: Router, text: str) -> None:
    """Also if the ministry's name has the word of one of its offices."""
    assert routed(router, complaint(text, oversight=True)).owner.id == "kemenimipas"


def test_one_weak_word_makes_nobody_sure(router: Router) -> None:
    """The words may point to one subject alone, and still be misread; a clear report, or one that names its agency, is sure."""
    weak = router.decide(Facts(router.reader.read("kartu saya ditolak di sana")))
    clear = router.decide(
        Facts(router.reader.read("Jalan berlubang, aspal rusak parah, mohon ditambal, Kota Semarang"))
    )
    assert weak.confidence < 0.5
    assert clear.confidence > 0.8


TWO_CLEAR_WORDS = 10.5
"""The score of a subject from which the lists allow a probability of 0.8: one clear word has about 6."""


def test_one_word_makes_sure_only_if_it_names_an_agency_or_weighs_as_much_as_two(router: Router) -> None:
    """Each single word of all lists, with a place. Of reports that have only such a word, 0.91 of the sure ones were right."""
    words = sorted(
        {
            cue.strip("*")
            for file in ("places", "nation")
            for subject in packaged.document("normalizer", f"subjects/{file}.yaml").values()
            for weight, cues in subject.items()
            if isinstance(weight, int) and weight > 0
            for cue in cues
            if " " not in cue.strip("*")
        }
    )
    sure = 0
    for word in words:
        reading = router.reader.read(f"{word} di Kota Semarang")
        decision = router.decide(Facts(reading))
        if not decision.triage and decision.confidence >= 0.8:
            sure += 1
            assert decision.ranked[0].is_named or reading.subjects[0].score >= TWO_CLEAR_WORDS, word
    assert len(words) > 3000
    assert 0 < sure < len(words) / 10


@each_row
def test_what_a_refusal_suggests_is_evidence_beside_the_law(router: Router, suggested: str, owner: str) -> None:
    """A neighbour of the same place knows best; nobody passes a hole in a road to another town, or to who only oversees."""
    hole = complaint("Jalan berlubang di Jalan Pandanaran", regency=("33.74", "Kota Semarang"))
    given = router.route(hole, ["dpu-33.74"], 1, [suggested])
    assert given.owner.id == owner
    assert given.confidence < 0.9


@each_row
def test_the_router_decides_as_lapor_route_does(router: Router, text: str) -> None:
    """Owner and confidence: a complaint has what a line is read for, such as a place that is missing."""
    said = Normaliser.load().normalise(message(text), id_=UUID(int=7), code="C", citizen="r")
    of_line = route_row(router, {"text": text})
    decided = router.route(said)
    assert (decided.owner.id, decided.confidence) == (of_line["agency"]["id"], of_line["confidence"])
