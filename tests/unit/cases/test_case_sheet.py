"""What an officer reads of a case: its owners, deadlines, events and the citizen's replies, and its story in words."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import orjson
import pytest
from msgspec import structs

from complaints import tracking
from complaints.command import CITIZEN, CommandKind, Sender
from complaints.disposition import AgencyRef
from complaints.errors import CaseError
from complaints.event import Complaint, Place, Region
from complaints.fact import FactKind
from complaints.mail import ReplyKind
from complaints.values import ComplaintClass
from ops.casework.heard import heard
from ops.casework.layout import lines
from ops.casework.outcome import outcome
from ops.casework.show import sheet
from ops.casework.story import story
from ops.casework.times import span
from router.deadlines import Light
from tests.harness.events import DPU, complaint
from tests.harness.facts import Facts
from tests.harness.house import House, added, said
from tests.harness.support import NOON, NOON_MS
from tests.harness.tables import each_row

DAY_MS = 86_400_000
SEMARANG: dict[str, Any] = {
    "place": Place(province=Region(code="33", name="Jawa Tengah"), regency=Region(code="33.74", name="Kota Semarang"))
}


class Life:
    """A case in the real step, whose acts come one after another."""

    def __init__(self, number: int = 7, house: House | None = None, **changes: Any) -> None:
        """Let the complaint become a case."""
        self.house = house or House()
        fields = {"text": "jalan berlubang di tikungan", "title": "", **SEMARANG, **changes}
        self.complaint: Complaint = complaint(number, **fields)
        self.at_ms = NOON_MS
        self.house.hear(self.complaint)

    @property
    def code(self) -> str:
        """The tracking code."""
        return self.complaint.tracking_code

    @property
    def owner(self) -> str:
        """The id of the present owner."""
        return self.house.case(self.code).owner.id

    @property
    def facts(self) -> Facts:
        """The facts of the case."""
        return [fact for fact in self.house.facts if fact.tracking_code == self.code]

    def act(self, name: str, actor: str | None = None, text: str = "", *, days: float = 0, **fields: Any) -> Facts:
        """Let somebody act some days later."""
        self.at_ms += int(days * DAY_MS) + 1000
        nonce = str(len(self.house.facts))
        command = said(CommandKind(name), self.complaint, actor or self.owner, text, nonce=nonce, **fields)
        return self.house.hear(command, at_ms=self.at_ms)

    def ring(self, days: float) -> Facts:
        """Let time pass."""
        self.at_ms += int(days * DAY_MS)
        return self.house.ring_out(self.code, until_ms=self.at_ms)

    def sheet(self) -> dict[str, Any]:
        """Return the case's sheet as JSON says it."""
        found = sheet(self.house.case(self.code), self.facts, datetime.fromtimestamp(self.at_ms / 1000, UTC))
        again: dict[str, Any] = orjson.loads(orjson.dumps(found))
        assert again == found
        return again

    def told(self) -> str:
        """Return the story."""
        now = datetime.fromtimestamp(self.at_ms / 1000, UTC)
        return "\n".join(story(self.house.case(self.code), self.facts, now))


def test_the_chain_says_why_each_owner_got_the_case_and_what_ended_that() -> None:
    """The router's sentence, or the words of whoever gave it; the seconds add up to the case's age."""
    life = Life()
    life.act("refuse", text="Bukan jalan kota", days=1)
    life.act("reroute", "kemenpanrb", "Jalan provinsi", days=2, to="dishub-33")
    life.act("accept", days=1)
    chain = life.sheet()["chain"]
    assert [one["ended_by"] for one in chain] == ["refused", "rerouted", None]
    assert [one["agency_id"] for one in chain][::2] == ["dpu-33.74", "dishub-33"]
    assert "kami teruskan ke Dinas Pekerjaan Umum Kota Semarang, karena" in chain[0]["why"]
    assert chain[2]["why"] == "Jalan provinsi"
    assert [one["held_for"] for one in chain] == [86_401, 2 * 86_400 + 1, 86_401]


def test_a_case_that_has_ended_is_held_no_longer() -> None:
    """Until then, whatever the time is now."""
    life = Life()
    life.act("answer", text="Sudah ditambal.", days=1)
    life.act("close", days=1)
    life.at_ms += 30 * DAY_MS
    (only,) = life.sheet()["chain"]
    assert (only["ended_by"], only["held_for"]) == ("closed", 2 * 86_400 + 2)


def test_an_addition_that_shows_another_owner_ends_the_former_one_s_time() -> None:
    """The desk had it until the citizen named the place."""
    life = Life(place={}, missing=("place",))
    life.house.hear(added(life.complaint, "di Semarang", **SEMARANG))
    assert [one["ended_by"] for one in life.sheet()["chain"]] == ["addition", None]


def test_a_deadline_has_a_colour_for_today() -> None:
    """Green, yellow, red, or done; each names its source and the day it counts from."""
    life = Life()
    found = life.sheet()["deadlines"]
    assert {duty: one["state"] for duty, one in found.items()} == {
        "forward": "done",
        "first_follow_up": "hijau",
        "complete": "hijau",
        "statute_completeness": "hijau",
        "statute_decision": "hijau",
    }
    assert (found["complete"]["due"], found["complete"]["from"]) == ("2026-11-23", "2026-11-03")
    assert found["statute_decision"]["source"] == "UU 25/2009 Pasal 50 ayat (1)"
    life.at_ms += 19 * DAY_MS
    assert life.sheet()["deadlines"]["complete"]["state"] == "kuning"
    life.at_ms += 2 * DAY_MS
    assert life.sheet()["deadlines"]["complete"]["state"] == "merah"
    life.act("answer", text="Sudah.")
    assert life.sheet()["deadlines"]["close"]["state"] == "hijau"


def test_the_clock_counts_the_present_wait_but_no_more_than_the_law_gives() -> None:
    """A citizen who never answers stops the completion for thirty days."""
    life = Life()
    assert life.sheet()["clock"] == {"started_at": life.complaint.received_at.isoformat(), "paused_s": 0}
    life.act("ask", text="Nomor berapa?")
    life.at_ms += 3 * DAY_MS
    assert life.sheet()["clock"]["paused_s"] == 3 * 86_400
    life.at_ms += 60 * DAY_MS
    assert life.sheet()["clock"]["paused_s"] == 30 * 86_400


def test_the_citizen_s_replies_are_those_that_the_router_wrote() -> None:
    """Over a long life: each with the words of its time."""
    life = Life(channel="sms")
    life.act("refuse", text="Bukan jalan kota", days=1)
    life.act("ask", text="Di depan nomor berapa?", days=1)
    life.house.hear(added(life.complaint, "nomor 12", number=1), at_ms=life.at_ms + 5000)
    life.at_ms += 10_000
    life.act("accept")
    life.act("extend", text="Menunggu bahan")
    life.act("postpone", text="Hujan", until=(NOON + timedelta(days=20)).date())
    life.act("answer", text="Sudah ditambal.", days=1)
    life.act("disagree", CITIZEN, "Belum, pak")
    life.act("answer", text="Sekarang sudah.", days=2)
    life.ring(30)
    life.act("rate", CITIZEN, stars=5)
    life.act("withdraw", CITIZEN)
    life.act("hide", CITIZEN, anonymous=True)
    composed = [one for one in heard(life.facts) if one.kind.value != "status"]
    written = [one for one in life.house.replies if one.kind.value != "status"]
    assert [(one.kind, one.text, one.at) for one in composed] == [
        (one.kind, one.text, one.created_at) for one in written
    ]
    assert len(composed) == 12
    assert [one["kind"] for one in life.sheet()["replies"]].count("status") == 1  # the withdrawal of a closed case


def test_what_applies_now_is_on_the_sheet_and_what_does_not_is_not() -> None:
    """The question, the rating, the ladder, the merge; each once it is there."""
    life = Life()
    assert not {"question", "overdue", "escalation", "rating", "main", "proposed"} & life.sheet().keys()
    life.ring(40)
    found = life.sheet()
    assert {"first_follow_up", "complete", "statute_completeness"} <= found["overdue"].keys()
    assert found["escalation"]["level"] >= 3
    assert found["escalation"]["title"] in {
        "pejabat pengelola pengaduan",
        "admin nasional",
        "pengawas (KSP, KemenPANRB, Ombudsman)",
    }
    life.act("ask", text="Nomor berapa?")
    assert life.sheet()["question"]["text"] == "Nomor berapa?"
    life.act("answer", text="Sudah.")
    life.act("close")
    life.act("rate", CITIZEN, "bagus", stars=4)
    assert life.sheet()["rating"]["stars"] == 4


def test_the_older_case_counts_its_supporter_and_the_supporter_names_it() -> None:
    """Both sheets and both stories tell the merge."""
    older = Life(7)
    younger = Life(8, older.house, received_at=NOON + timedelta(hours=1))
    facts = younger.act("merge", "kemenpanrb", other=older.code)
    asked = f"{tracking.spaced(older.code)} is asked to be the main case, and decides; `lapor case show` says what it answered."
    assert outcome(DPU, facts) == [asked]
    assert younger.sheet()["proposed"] == older.code
    younger.house.deliver()
    assert (younger.sheet()["main"], younger.sheet()["state"], older.sheet()["supporters"]) == (
        older.code,
        "merged",
        1,
    )
    assert "merged: it is a supporter of" in younger.told()
    assert "became its supporter" in older.told()


def test_the_sheet_has_the_complaint_in_the_citizen_s_words() -> None:
    """In full, with what he added and with a title of its own; a title that is only the beginning stands there once."""
    words = "jalan berlubang di tikungan dekat pasar, sudah tiga motor jatuh\nmohon ditambal"
    life = Life(title="Jalan rusak", text=words)
    life.house.hear(added(life.complaint, "di Jalan Pemuda"))
    shown = "\n".join(lines(life.sheet()))
    said = "\n".join(f"  {line}" for line in ("Jalan rusak", *words.splitlines(), "di Jalan Pemuda"))
    assert f"\nthe complaint\n{said}\n\nowners" in shown
    again = "\n".join(lines(Life(title="jalan berlubang di…", text=words).sheet()))
    assert "\nthe complaint\n  jalan berlubang di tikungan dekat" in again


def test_the_sheet_of_a_secret_report_shows_none_of_its_words() -> None:
    """Not those that were added either. The JSON has them, as before."""
    life = Life(secret=True)
    life.house.hear(added(life.complaint, "di Jalan Pemuda"))
    shown = "\n".join(lines(life.sheet()))
    assert "\nthe complaint\n  (secret)\n" in shown
    assert "berlubang" not in shown
    assert "Pemuda" not in shown
    assert "berlubang" in life.sheet()["text"]


def test_the_text_for_people_has_all_of_it() -> None:
    """One line for each owner's time, deadline, event and reply; nothing is cut."""
    life = Life()
    life.ring(40)
    life.act("refuse", text="Bukan jalan kota")
    shown = "\n".join(lines(life.sheet()))
    expected = [
        "forwarded  (complaint, by",
        "overdue",
        "escalated",
        "owners",
        "until it was refused",
        "still",
        "deadlines",
        "red",
        "UU 25/2009 Pasal 50 ayat (1)",
        "it waited for the citizen for no time",
        "events",
        "refused",
        "the citizen was to be told",
        "kini ditangani",
    ]
    places = [shown.find(part) for part in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert all(reply.text in shown for reply in life.house.replies)


def test_the_story_tells_every_kind_of_fact_in_words() -> None:
    """No kind is told by its name alone; each line has its time in WIB, and the end says how the case stands."""
    life = Life()
    life.act("verify")
    life.act("accept")
    life.act("hand-on", text="Lampu", to="dishub-33.74")
    life.act("ask", text="Nomor berapa?", days=1)
    life.ring(70)
    life.act("reclassify", "kemenpanrb", complaint_class=ComplaintClass.aspiration, oversight=True)
    life.act("archive", "kemenpanrb", "Iklan")
    life.act("reopen", "kemenpanrb", "Bukan iklan")
    life.act("withdraw", "kemenpanrb", "Surat 3 November", source="letter")
    told = life.told()
    expected = [
        "the complaint was received by",
        "said that the report is complete",
        "accepted the case",
        "handed it on to dishub-33.74: Lampu",
        "asked the citizen: Nomor berapa?",
        "was reminded of the question",
        "overdue: ",
        "escalated to level 1, pejabat penghubung",
        "the question is closed without an answer",
        "reclassified it as aspiration, of oversight",
        "archived it as spam: Iklan",
        "opened it again: Bukan iklan",
        "kemenpanrb withdrew the complaint on the citizen's behalf (letter): Surat 3 November",
        "now: withdrawn, with",
    ]
    missing = [part for part in expected if part not in told]
    assert missing == []
    assert told.count(" WIB") >= len(life.facts) - 3


def test_the_story_names_each_rule_of_law_once() -> None:
    """A deadline that has not changed is not told again at the next hop."""
    life = Life()
    life.act("refuse", text="Bukan jalan kota")
    told = life.told()
    assert told.count("UU 25/2009 Pasal 50 ayat (1)") == 1
    assert told.count("PermenPANRB 5/2025") == 3  # forward, follow up, complete


@each_row
def test_a_span_in_words(seconds: int, words: str) -> None:
    """In its two largest units that follow each other."""
    assert span(seconds) == words


def test_only_a_desk_with_the_source_records_a_withdrawal() -> None:
    """Not the agency that handles the matter, and nobody without saying how the citizen said it."""
    life = Life()
    for actor, source in (("dpu-33.74", "letter"), ("dishub-33.74", "letter"), ("kemenpanrb", None)):
        (declined,) = life.act("withdraw", actor, "Surat 3 November", source=source)
        assert (declined.kind, "Only the citizen" in (declined.text or "")) == (FactKind.declined, True)
    (declined,) = life.act("withdraw", "kemenpanrb", "", source="letter")
    assert declined.kind is FactKind.declined
    (withdrawn,) = life.act("withdraw", "kemenpanrb", "Surat 3 November", source="letter")
    assert (withdrawn.kind, withdrawn.source) == (FactKind.withdrawn, "letter")
    assert life.house.replies[-1].kind is ReplyKind.withdrawn
    life.house.hear(added(life.complaint, "Ternyata belum", number=1), at_ms=life.at_ms + 1000)
    assert life.sheet()["state"] == "reopened"


def test_a_desk_that_owns_a_case_is_not_rid_of_it_by_a_withdrawal() -> None:
    """Another desk records it, and for its own cases the national administrator."""
    life = Life(text="Tidak jelas, tolong bantu")
    assert (life.owner, life.sheet()["triage"]) == ("pemda-33.74", True)
    (declined,) = life.act("withdraw", "pemda-33.74", "Warga menelepon", source="call")
    assert (declined.kind, "owner of a case cannot withdraw" in (declined.text or "")) == (FactKind.declined, True)
    life.act("reroute", "kemenpanrb", "Urusan kami", to="kemenpanrb")
    assert life.owner == "kemenpanrb"
    (withdrawn,) = life.act("withdraw", "kemenpanrb", "Warga menelepon", source="call")
    assert withdrawn.kind is FactKind.withdrawn


def test_what_people_read_of_a_case_says_who_did_what_and_when_it_was_there() -> None:
    """What the router chose is not the citizen's act; a doubled command was not refused; a rating has its number; Jayapura's clock."""
    province, regency = {"code": "91", "name": "Papua"}, {"code": "91.71", "name": "Kota Jayapura"}
    life = Life(place={"province": province, "regency": regency})
    life.act("answer", text="Sudah.")
    life.act("answer", text="Sudah.")
    life.act("close")
    life.act("rate", CITIZEN, stars=4)
    shown = "\n".join(lines(life.sheet()))
    assert "WIT " in shown
    assert "WIB" not in shown
    assert f"routed               router: {life.owner}" in shown
    assert "already done         " in shown
    assert "void" not in shown
    assert "citizen: 4 of 5" in shown
    assert "14:00:01 WIT" in life.told()


def test_a_void_act_does_not_read_like_a_refused_report() -> None:
    """Whoever mistypes `--as` acts for an agency that does not own the case: the story says that nothing came of it."""
    life = Life()
    facts = life.act("answer", "pln", "Sudah.")
    shown, told = "\n".join(lines(life.sheet())), life.told()
    assert f"void act             pln: answer: {facts[0].text}" in shown
    assert f"void act: answer by pln changed nothing: {facts[0].text}" in told
    assert not any(word in shown + told for word in ("ditolak", "declined", "was refused"))
    with pytest.raises(CaseError, match=r"^The act is void, and the case is as before: .*owns the case"):
        outcome(AgencyRef(id="pln", name="PLN"), facts)


def test_what_operators_read_of_a_case_is_in_one_language() -> None:
    """Classes and colours are in English; only what a citizen wrote or is told, and titles of offices, are as written."""
    life = Life()
    life.act("ask", text="?")
    life.ring(70)
    life.act("reclassify", "kemenpanrb", complaint_class=ComplaintClass.aspiration, oversight=True)
    life.act("answer", text="Sudah.")
    data = {*map(str, ComplaintClass), *get_args(Light), "berkadar"}
    named = re.compile(rf"\b(?:{'|'.join(data - {'done'})})\b")
    shown = list(lines(life.sheet()))
    shown = [*shown[: shown.index("\nthe citizen was to be told")], *life.told().splitlines()]
    quoted = ("kami teruskan", "escalated")  # the router's reason, which the citizen reads, and the titles of offices
    assert [one for one in shown if named.search(one) and not any(part in one for part in quoted)] == []


def test_what_was_added_by_the_code_alone_is_not_shown_as_the_citizens() -> None:
    """In the text, the events and the story: whoever has the code may have written it."""
    life = Life()
    stranger = Sender(channel="web", reporter_ref=life.code)
    of_stranger = structs.replace(added(life.complaint, "tambahan palsu", number=1), sender=stranger)
    life.house.hear(of_stranger, at_ms=life.at_ms)
    life.house.hear(added(life.complaint, "makin besar", number=2), at_ms=life.at_ms)
    sheet = life.sheet()
    assert "(by the code alone) tambahan palsu\nmakin besar" in sheet["text"]
    told = {one["text"]: one.get("by_code") for one in sheet["events"] if one["kind"] == FactKind.added}
    assert told == {"tambahan palsu": True, "makin besar": None}
    shown = "\n".join(lines(sheet))
    assert " by code: tambahan palsu\n" in shown
    assert f" {CITIZEN}: makin besar\n" in shown
    assert "somebody by the code alone added: tambahan palsu" in life.told()
    assert "the citizen added: makin besar" in life.told()
