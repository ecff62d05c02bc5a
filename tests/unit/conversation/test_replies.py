"""What citizens read: one GSM-7 message by SMS, whoever the owner is, with the code and the owner where they are promised."""

import functools
import re
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import gsm0338
import pytest
from msgspec.structs import replace

from complaints import ids, tracking
from complaints.case import Question
from complaints.event import Addition, AgencyRef, Complaint, Deadline, Pin, Place, Raw, Region
from complaints.fact import FactKind
from complaints.mail import Reply, ReplyKind
from complaints.wording import mistakes, question, text, wording
from router.agencies.registry import Registry
from router.cases.replies import reply_to
from tests.harness.events import DPU, complaint
from tests.harness.facts import case, fact, routed
from tests.harness.support import NOON
from tests.harness.tables import document, each, each_row, row_by_row
from tests.harness.there import there

GSM = gsm0338.Codec()
PROMISED: dict[str, set[str]] = {
    name: set(words) for name, words in document("tables/conversation/replies.yaml")["PROMISED"].items()
}
NAMELESS_BY_SMS = {"next_right"}
"""Occasions whose SMS does not name the owner, because something else needs the room."""


def septets(text: str) -> int:
    """Return how many septets a text takes; fails where it is no GSM-7. A character of the extension table takes two."""
    encoded, _ = GSM.encode(text)
    return len(encoded)


@functools.cache
def longest_names() -> list[str]:
    """Return the longest names of the registry: of its bodies, and of units of the regions with the longest names."""
    registry = Registry.load()
    regions = [code for code in registry.gazetteer.names if len(code) in {2, 5}]
    names = [body.name for body in registry.bodies.values()]
    names += [
        unit.name for kind in registry.units for region in regions if (unit := registry.unit(kind, region)) is not None
    ]
    return sorted(set(names), key=len)[-50:]


DUE = Deadline(
    duty="complete", days=14, counted="working", begins=date(2026, 11, 3), due=date(2026, 11, 23), source="x"
)


def told(  # noqa: PLR0913  # what a reply depends on
    of: Complaint,
    *,
    after: FactKind = FactKind.opened,
    owner: AgencyRef = DPU,
    asked: str = "",
    cause: UUID | None = None,
    moves: bool = False,
    **more: Any,
) -> Reply:
    """Return the reply about what a record led to; `more` are fields of its first fact."""
    number = count(2)
    facts = [fact(of, after, next(number), caused_by=cause or of.id, **{"text": "Sudah."} | more)]
    if asked:
        facts.append(fact(of, FactKind.asked, next(number), part=asked))
    if after is FactKind.refused or moves:
        facts.append(routed(of, owner, version=next(number), previous_owner=DPU))
    question = Question(part="date", at=NOON)
    return there(reply_to(facts, case(of, owner, state="routed", deadlines=(DUE,), question=question), was_merged=True))


OCCASIONS: dict[str, dict[str, Any]] = {
    "received": {},
    "moved": {"after": FactKind.refused},
    "completed": {"after": FactKind.added, "moves": True},
    "completed_added": {"after": FactKind.added},
    "put_off_extended": {"after": FactKind.extended, "text": ""},
    "put_off_postponed": {"after": FactKind.postponed, "until": date(2026, 12, 3), "text": ""},
    "reclassified": {"after": FactKind.reclassified},
    "closed": {"after": FactKind.closed},
    "reopened": {"after": FactKind.reopened},
    "rated": {"after": FactKind.rated},
    "withdrawn": {"after": FactKind.withdrawn},
    "archived": {"after": FactKind.archived},
    "deemed_withdrawn": {"after": FactKind.withdrawn, "deemed": True},
    "hidden": {"after": FactKind.hidden},
    "shown": {"after": FactKind.shown},
    "merged": {"after": FactKind.merged},
    "unmerged": {"after": FactKind.unmerged},
    "next_right": {"after": FactKind.escalated, "level": 5},
    "question_place": {"asked": "place"},
    "question_subject": {"asked": "subject"},
    "question_road_class": {"asked": "road_class"},
    "question_hospital_owner": {"asked": "hospital_owner"},
    "question_date": {"after": FactKind.reminded},
    "question_chronology": {"asked": "chronology"},
    "question_evidence": {"asked": "evidence"},
}

RECEIPTS = [name for name, changes in OCCASIONS.items() if "asked" in changes]
"""The questions that come instead of a receipt."""


def test_the_longest_names_are_really_long() -> None:
    """Else the next tests would say nothing."""
    assert max(map(len, longest_names())) > 80


@each("occasion", OCCASIONS)
def test_every_sms_is_one_gsm_7_message(occasion: str) -> None:
    """160 septets, with the longest names that the registry can make. The receipt of a hidden citizen says more."""
    case, changes = complaint(), OCCASIONS[occasion]
    for name in longest_names():
        for one in (case, replace(case, anonymous=True)):
            text = told(one, owner=AgencyRef(id="x", name=name), **changes).text
            assert septets(text) <= 160, text


@row_by_row
def test_names_with_costly_or_foreign_characters_fit_too(name: str) -> None:
    """Brackets cost two septets; what GSM-7 does not have would make every character cost two bytes."""
    assert septets(told(complaint(), owner=AgencyRef(id="x", name=name)).text) <= 160


@each("occasion", OCCASIONS)
@each("channel", ["sms", "twitter", "web", "a-new-channel"])
def test_code_and_owner_stand_where_they_are_promised(occasion: str, channel: str) -> None:
    """On every channel, also on one that has no wording of its own."""
    case, changes = complaint(), OCCASIONS[occasion]
    text = told(replace(case, channel=channel), **changes).text
    assert tracking.spaced(case.tracking_code) in text
    assert (DPU.name in text) == (
        "owner" in PROMISED[occasion] and not (channel == "sms" and occasion in NAMELESS_BY_SMS)
    )
    assert not re.search(r"[{}]", text)


@each_row
def test_a_misspelt_value_ends_the_start_and_not_a_complaint(occasion: str, sentence: str, told: str) -> None:
    """Each complaint by SMS became a dead letter, and nothing said why."""
    assert not mistakes(wording())
    (found,) = mistakes({**wording(), occasion: {**wording()[occasion], "sms": sentence}})
    assert told in found
    assert mistakes({"received": {"sms": "Kode {code}"}}) == ["received has no text for `default`"]


def test_every_wording_promises_what_it_has() -> None:
    """And an occasion that nobody speaks of here is noticed."""
    assert wording().keys() == PROMISED.keys()
    for occasion, texts in wording().items():
        for sentence in texts.values():
            assert set(re.findall(r"{(\w+)}", sentence)) <= PROMISED[occasion]
        assert set(re.findall(r"{(\w+)}", texts["default"])) == PROMISED[occasion]


@each("occasion", [name for name in PROMISED if name.startswith("status_")])
def test_every_status_by_sms_is_one_gsm_7_message(occasion: str) -> None:
    """With the longest names that the registry can make."""
    for name in longest_names():
        said = text(occasion, "sms", code="ABCDE FGHJK M", owner=name, since="23 Nov 2026", due="23 Nov 2026")
        assert septets(said) <= 160, said


@pytest.mark.parametrize(("channel", "most"), [("sms", 400), ("twitter", 263), ("web", 10_000)])
def test_an_agencys_answer_is_cut_where_the_channel_must_and_nowhere_else(channel: str, most: int) -> None:
    """By SMS it goes on in a second message; a post cannot."""
    answer = "Jalan akan kami perbaiki minggu depan. " * 6
    said = text("answered", channel, code="ABCDE FGHJK M", owner="Dinas Pekerjaan Umum", answer=answer.strip())
    assert len(said) <= most
    ending = {"twitter": "...", "web": "minggu depan."}.get(channel, "minggu depan. (Belum beres? Balas BELUM)")
    assert said.removesuffix(" (Belum beres? Balas BELUM)" if channel == "twitter" else "").endswith(ending)


@pytest.mark.parametrize("channel", ["web", "telegram", "a-new-channel"])
def test_a_pin_near_a_border_is_asked_about_with_its_regencies(channel: str) -> None:
    """Unless the place is known, or the pin contradicts the text."""
    regencies = tuple(Region(code=f"33.0{number}", name=f"Kabupaten {number}") for number in (1, 2, 3))
    pin = Pin(latitude=-7.0, longitude=110.0, regencies=regencies)
    asked = [
        Place(pin=pin),
        Place(pin=pin, regency=regencies[0]),
        Place(pin=replace(pin, elsewhere=True)),
        Place(pin=replace(pin, regencies=regencies[:1])),
    ]
    texts = [told(complaint(channel=channel, place=place), asked="place").text for place in asked]
    assert "(1) Kabupaten 1, (2) Kabupaten 2 atau (3) Kabupaten 3" in texts[0]
    assert not [text for text in texts[1:] if "titik peta" in text]
    assert [bool(place.choices) for place in asked] == [True, False, False, False]


@each("occasion", OCCASIONS)
def test_every_tweet_fits(occasion: str) -> None:
    """280 characters, with room for the citizen's name before it."""
    case, changes = complaint(), OCCASIONS[occasion]
    for name in longest_names():
        text = told(replace(case, channel="twitter"), owner=AgencyRef(id="x", name=name), **changes).text
        assert len(f"@{'x' * 15} {text}") <= 280, text


def weight(post: str) -> int:
    """Return the length of a post as X counts it (docs.x.com, "Counting characters"): an address on the web is 23, a picture two."""
    narrow = (range(0x1100), range(0x2000, 0x200E), range(0x2010, 0x2020), range(0x2032, 0x2038))
    links = re.findall(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+\S*", post)
    bare = re.sub(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+\S*", "", post)
    return 23 * len(links) + sum(1 if any(ord(letter) in span for span in narrow) else 2 for letter in bare)


@pytest.mark.parametrize("words", ["\U0001f44d\U0001f44d sudah ", "lihat a.id dan b.id ", "\u4e2d\u6587 "])
def test_an_agencys_answer_fits_a_post_as_x_counts(words: str) -> None:
    """X refuses a longer one for good, and the citizen would hear nothing."""
    said = text("answered", "twitter", code="ABCDE FGHJK M", owner="Dinas Pekerjaan Umum", answer=words * 40)
    assert weight(f"@{'x' * 15} {said}") <= 280, said


def test_a_short_name_is_not_shortened() -> None:
    """And a long one ends in dots."""
    assert DPU.name in told(complaint()).text
    assert "..." in told(complaint(), owner=AgencyRef(id="x", name="Dinas " * 30)).text


@each_row
def test_the_region_of_a_long_name_stays(region: str) -> None:
    """Else the citizen would not know whose office has his report."""
    name = (
        f"Dinas Perumahan Rakyat, Kawasan Permukiman, Pertanahan, Lingkungan Hidup, Kehutanan dan Perkebunan {region}"
    )
    said = text("received", "sms", code="ABCDE FGHJK M", owner=name)
    assert said.endswith(f"... {region}.")
    assert "Dinas Perumahan" in said
    assert 155 <= septets(said) <= 160


FINE = Addition(text="apinya sudah padam, terima kasih", received_at=NOON, raw=Raw(coding="utf-8", upstream_id="+"))


@each("asked", ["", *(name.removeprefix("question_") for name in RECEIPTS)])
@each("channel", ["sms", "twitter", "telegram", "web"])
def test_whoever_is_in_danger_reads_the_number_for_emergencies_in_the_receipt(channel: str, asked: str) -> None:
    """As the last sentence, also behind a question, and in one message with the longest name; for six hours, unless he says it is over."""
    case = complaint(channel=channel, text="tolong ada kebakaran di Jalan Pemuda, api membesar")
    for name in longest_names():
        said = told(case, asked=asked, owner=AgencyRef(id="x", name=name)).text
        assert said.endswith(" Keadaan darurat? Telepon 112.")
        assert channel != "sms" or septets(said) <= 160
        assert channel != "twitter" or len(said) <= 263
    goes_on = told(case, after=FactKind.added)
    assert goes_on.text.endswith(" Keadaan darurat? Telepon 112.")
    assert not goes_on.urgent  # it waits like any other beyond the hourly limit
    assert "112" not in told(case, after=FactKind.added, addition=replace(FINE, text="ada apa?", by_code=True)).text
    assert "112" not in told(case, after=FactKind.added, at=case.received_at + timedelta(hours=6)).text
    assert "112" not in told(case, after=FactKind.added, addition=FINE).text
    assert "112" not in told(case, after=FactKind.reminded, asked="").text
    assert "112" not in told(complaint(channel=channel), asked=asked).text


def test_a_reply_derives_from_the_record_that_caused_it() -> None:
    """The same record gives the same reply, another one another; nothing in it comes from a clock."""
    of = complaint()
    first = told(of)
    assert first == told(of)
    assert first.id == ids.reply_id(of.id, ReplyKind.received.value)
    causes = [ids.command_id(of.id, "refuse", actor="x", nonce=nonce) for nonce in "12"]
    assert len({told(of, after=FactKind.refused, cause=cause).id for cause in causes} | {first.id}) == 3
    assert (first.citizen, first.channel, first.caused_by) == (of.reporter_ref, of.channel, of.id)


@pytest.mark.parametrize("kind", [FactKind.declined, FactKind.continued, FactKind.accepted, FactKind.overdue])
def test_what_does_not_concern_the_citizen_makes_no_reply(kind: FactKind) -> None:
    """An officer's refused command; an addition that becomes a case has that case's own reply."""
    of = complaint()
    assert reply_to([fact(of, kind, 3)], case(of)) is None


@each("channel", ["sms", "twitter", "web", "a-new-channel"])
@each("part", ["place", "subject", "road_class", "hospital_owner", "date", "chronology", "evidence"])
def test_a_reminder_is_not_the_question_again(part: str, channel: str) -> None:
    """X refuses the same text, so the reminder was never posted; by SMS it looked like a mistake."""
    for name in (DPU.name, longest_names()[-1]):
        asked, again = (question(part, channel, again=one, code="ABCDE FGHJK M", owner=name) for one in (False, True))
        assert "Pengingat" in again
        assert "Pengingat" not in asked
        assert again.startswith("LAPOR! ") == asked.startswith("LAPOR! ") == (channel == "sms")
        assert channel != "sms" or septets(again) <= 160
        assert channel != "twitter" or len(again) <= 263
