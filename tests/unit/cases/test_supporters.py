"""What a supporter says, hears and takes along, in the words of citizens, with the real law."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.command import CommandKind
from complaints.fact import FactKind
from complaints.mail import MessageKind
from complaints.tracking import spaced
from sinks.clickhouse.rows import rows_of
from tests.harness.facts import stored_case
from tests.harness.numbers import number
from tests.harness.street import DESK, LAMP, LIGHTS, LIGHTS_NAME, TRAFFIC, WATCHDOG, Street
from tests.harness.tables import row_by_row
from tests.harness.view import ServedView

A, B = "628111", "628222"


@pytest.fixture
def street() -> Street:
    """The main case of A, and B as its supporter."""
    made = Street(A, B)
    assert made.case(B).main == made.code(A)
    return made


@pytest.fixture
def view(tmp_path: Path) -> Iterator[ServedView]:
    """The view of the cases, which officers ask."""
    made = ServedView(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("words", ["petugasnya minta uang 50 ribu", "petugasnya juga minta 100 ribu ke warga"])
def test_an_accusation_takes_a_supporter_off_its_main_case_and_the_accused_never_reads_it(
    street: Street, words: str
) -> None:
    """It goes to who looks into the government, as in a case by itself; the main case does not hear it."""
    sent = street.says(B, words)
    case = street.case(B)
    assert (case.main, case.owner.id, street.case(A).owner.id) == (None, WATCHDOG, LIGHTS)
    assert "Inspektorat" in sent[-1]
    assert not street.case(A).supporters
    assert not street.facts(A, FactKind.seconded)
    assert not street.facts(A, FactKind.routed)[1:]


@row_by_row
def test_who_tells_of_a_person_who_was_hurt_or_died_is_no_supporter_from_then_on(street: Street, words: str) -> None:
    """No answer about a lamp answers it."""
    street.says(B, words)
    assert street.case(B).main is None
    assert street.case(B).state == "diteruskan"
    assert not street.facts(A, FactKind.seconded)


def test_what_a_supporter_adds_of_the_same_matter_stays_with_the_main_case(street: Street) -> None:
    """Whoever fears an accident stays one, too."""
    for words in ("tiangnya juga miring pak", "takut ada yang jatuh"):
        street.says(B, words)
    assert street.case(B).main == street.code(A)
    assert [fact.text for fact in street.facts(A, FactKind.seconded)] == [
        "tiangnya juga miring pak",
        "takut ada yang jatuh",
    ]


def test_a_supporter_whose_wish_is_asked_back_stays_one_and_no_case_is_opened(street: Street) -> None:
    """He hears one thing, and the main case's owner reads his words."""
    cases = len(street.town.complaints)
    for words in ("jangan hapus laporan saya", "jangan kirim sms lagi"):
        sent = street.says(B, words)
        assert len(sent) == 1
        assert "Balas" in sent[0]
    assert (street.case(B).main, len(street.town.complaints)) == (street.code(A), cases)
    assert FactKind.continued not in {fact.kind for fact in street.facts(B)}


def test_a_supporter_who_corrects_his_place_is_handled_there(street: Street) -> None:
    """The regency that he names owns his case."""
    sent = street.says(B, "ralat: bukan di Kota Semarang tapi Kabupaten Semarang")
    case = street.case(B)
    assert case.main is None
    assert case.owner.id.endswith("-33.22")
    assert "Kabupaten Semarang" in sent[-1]
    assert not street.facts(A, FactKind.seconded)


def test_the_desk_that_merged_reports_takes_them_apart_though_one_is_of_abuse() -> None:
    """The refusal names the desk."""
    street = Street(A)
    street.town.say("petugas minta pungli 50 ribu di Jalan Pemuda Kota Semarang", sender=B)
    complaint = street.town.complaints[1]
    street.add(B, complaint)
    street.act(CommandKind.merge, B, WATCHDOG, other=street.code(A))
    assert street.case(B).main == street.code(A)
    (declined,) = street.act(CommandKind.unmerge, B, "dishub-33.74")
    assert "Pemerintah Kota Semarang (pemda-33.74)" in (declined.text or "")
    street.act(CommandKind.unmerge, B, DESK)
    assert street.case(B).main is None


def test_a_supporter_that_a_desk_classifies_as_abuse_is_handled_by_itself(street: Street) -> None:
    """As if its citizen had said so."""
    facts = street.act(CommandKind.reclassify, B, DESK, oversight=True)
    assert [fact.kind for fact in facts if fact.tracking_code == street.code(B)] == [
        FactKind.reclassified,
        FactKind.unmerged,
    ]
    assert not street.case(A).supporters


def refused_by_the_first_owner(street: Street) -> None:
    """The main case goes from the one unit to the other."""
    street.act(CommandKind.refuse, A, LIGHTS, "lampu ini milik dishub")
    assert street.case(A).owner.id == TRAFFIC


def test_a_supporter_is_told_the_owner_of_the_main_case_at_once_and_in_each_reply() -> None:
    """When they are merged, when it moves, when he adds something and when he asks: by message, on the page and by the API."""
    street = Street(A, B)
    assert sum("bersama laporan lain" in text and "Perumahan" in text for text in street.town.texts) == 1
    assert street.status(B) == (LIGHTS_NAME, "")
    assert LIGHTS_NAME in street.says(B, "STATUS")[-1]
    refused_by_the_first_owner(street)
    assert "kini ditangani Dinas Perhubungan" in street.told[-1]
    assert "kami teruskan ke Dinas Perhubungan" in street.says(B, "tiangnya juga miring pak")[-1]
    assert "Dinas Perhubungan" in street.says(B, "STATUS")[-1]
    assert street.status(B)[0].startswith("Dinas Perhubungan")
    assert street.page(B) == street.heard(B)


def test_finding_9_a_supporter_has_one_owner_everywhere() -> None:
    """On its page and in ClickHouse that of its main case, after each move of it; no sentence on the page names another one."""
    street = Street(A, B)
    refused_by_the_first_owner(street)
    for citizen in (A, B):
        ((_, row),) = rows_of(stored_case(street.case(citizen)), number)
        assert row["owner_id"] == TRAFFIC
        assert street.status(citizen)[0] == row["owner"]
    assert LIGHTS_NAME not in street.explanation(B)
    assert street.explanation(A)
    assert row["explanation"] == ""


def test_finding_8_a_question_of_the_owner_is_a_first_follow_up_for_analysts_as_in_the_law() -> None:
    """The duty is done on that day, in the document and in ClickHouse, though nobody accepted or answered the case yet."""
    street = Street(A)
    street.act(CommandKind.ask, A, LIGHTS, "Tiang nomor berapa?")
    ((_, row),) = rows_of(stored_case(street.case(A)), number)
    assert row["first_follow_up_at"] is not None
    assert (row["accepted_at"], row["first_answered_at"]) == (None, None)
    done = {duty: day for duty, *_, day in row["deadlines"]}
    assert done["first_follow_up"] is not None
    assert done["complete"] is None


def test_who_adds_to_an_answered_main_case_hears_that_it_was_answered(street: Street) -> None:
    """Nobody is at work on it: he can dispute the answer."""
    street.act(CommandKind.answer, A, LIGHTS, "Lampu sudah diganti.")
    assert "yang sudah menjawab" in street.says(B, "tiangnya nomor 12 pak")[-1]
    assert street.page(B) == street.heard(B)


def test_who_disputes_the_answer_of_a_main_case_is_with_its_owner_and_never_with_who_refused(street: Street) -> None:
    """Whatever unit his own case had before; the answer that he disputes is kept."""
    refused_by_the_first_owner(street)
    street.act(CommandKind.answer, A, TRAFFIC, "Lampu sudah diganti.")
    sent = street.says(B, "belum nyala")
    case = street.case(B)
    assert "dibuka kembali" in sent[-1]
    assert "Dinas Perhubungan" in sent[-1]
    assert (case.state, case.owner.id, case.main) == ("dibuka kembali", TRAFFIC, None)
    assert (case.refused_elsewhere, case.disputes) == ((LIGHTS,), 1)
    assert [(one.agency.id, one.text) for one in case.answers] == [(TRAFFIC, "Lampu sudah diganti.")]
    (declined,) = street.act(CommandKind.refuse, B, TRAFFIC, "bukan kami")
    assert "has answered the case" in (declined.text or "")
    (declined,) = street.act(CommandKind.reroute, B, DESK, to=LIGHTS)
    assert "has refused" in (declined.text or "")


def test_whom_a_desk_gave_the_main_case_keeps_what_leaves_it(street: Street) -> None:
    """Also when the citizen adds something later."""
    street.act(CommandKind.reroute, A, DESK, "ini milik dishub", to=TRAFFIC)
    street.act(CommandKind.unmerge, B, DESK, "lampu yang lain")
    assert street.case(B).owner.id == TRAFFIC
    street.says(B, "tiangnya juga miring pak")
    assert street.case(B).owner.id == TRAFFIC
    street.act(CommandKind.refuse, B, TRAFFIC, "bukan kami")
    assert street.case(B).owner.id != TRAFFIC


def test_a_supporter_who_hides_his_report_after_the_answer_keeps_the_answer(street: Street) -> None:
    """He was told it; asked how the report stands, we say that it was answered, and by whom."""
    refused_by_the_first_owner(street)
    street.act(CommandKind.answer, A, TRAFFIC, "Lampu sudah diganti.")
    street.says(B, "RAHASIA")
    case = street.case(B)
    assert (case.main, case.state, case.owner.id, case.complaint.secret) == (None, "ditanggapi", TRAFFIC, True)
    assert "sudah dijawab Dinas Perhubungan" in street.says(B, "STATUS")[-1]
    assert "dibuka kembali" in street.says(B, "belum nyala")[-1]
    assert street.case(B).owner.id == TRAFFIC


def test_who_opens_his_case_again_after_it_closed_with_the_main_case_is_with_its_owner(street: Street) -> None:
    """As if he had disputed the answer in time."""
    refused_by_the_first_owner(street)
    street.act(CommandKind.answer, A, TRAFFIC, "Lampu sudah diganti.")
    street.act(CommandKind.close, A, TRAFFIC)
    assert street.case(B).state == "selesai"
    street.says(B, "BELUM")
    assert (street.case(B).state, street.case(B).owner.id) == ("dibuka kembali", TRAFFIC)


def test_a_former_owner_that_refuses_later_does_not_get_the_case_of_a_supporter_either(street: Street) -> None:
    """The supporters' citizens are told nothing of it."""
    street.act(CommandKind.hand_on, A, LIGHTS, "milik dishub", to=TRAFFIC)
    street.act(CommandKind.refuse, A, LIGHTS, "bukan kami")
    assert street.told == []
    street.act(CommandKind.unmerge, B, DESK, "lampu yang lain")
    street.act(CommandKind.refuse, B, TRAFFIC, "bukan kami")
    assert street.case(B).owner.id not in {LIGHTS, TRAFFIC}


def test_a_main_case_that_is_withdrawn_leaves_its_supporters_with_its_owner(street: Street) -> None:
    """It has gone to the other unit before."""
    refused_by_the_first_owner(street)
    street.act(CommandKind.withdraw, A, DESK, "warga datang", source="walk-in")
    assert "ditangani tersendiri lagi oleh Dinas Perhubungan" in street.told[-1]
    assert (street.case(B).main, street.case(B).owner.id) == (None, TRAFFIC)


@pytest.mark.parametrize("by", ["its citizen", "a desk"])
def test_a_main_case_that_becomes_a_report_of_abuse_lets_its_supporters_go(street: Street, by: str) -> None:
    """Who only wants his lamp stays with the unit for lamps; nothing in his case tells of the accusation."""
    if by == "its citizen":
        sent = street.says(A, "petugasnya minta uang 50 ribu")
        assert street.case(A).owner.id == WATCHDOG
        assert not [text for text in sent if "Inspektorat" in text and spaced(street.code(B)) in text]
    else:
        street.act(CommandKind.reclassify, A, DESK, "berkadar", oversight=True)
    a, b = street.case(A), street.case(B)
    assert (a.supporters, b.main, b.state, b.owner.id) == (0, None, "diteruskan", LIGHTS)
    assert not street.facts(B, FactKind.unmerged)[0].text
    street.act(CommandKind.answer, B, LIGHTS, "Lampu sudah diganti.")
    assert len(street.told) == 1


WHERE_HE_LIVES = "tiangnya persis di depan warung sate saya pak"


@row_by_row
def test_words_with_a_wish_to_be_secret_are_never_passed_on(street: Street, words: str) -> None:
    """The wish comes with them: no fact of any case holds them open, and the main case hears nothing."""
    sent = street.says(B, words)
    case = street.case(B)
    assert (case.main, case.complaint.secret) == (None, True)
    assert case.owner.id == (WATCHDOG if "uang" in words else LIGHTS)
    assert any("dirahasiakan" in text for text in sent)
    assert not street.facts(A, FactKind.seconded)
    (added,) = street.facts(B, FactKind.added)
    assert added.secret


@row_by_row
def test_who_hides_his_report_later_hides_what_the_main_case_was_told(
    street: Street, view: ServedView, words: str
) -> None:
    """Neither his words nor his code are shown there any more, to officers and by `lapor explain`; on Kafka they stay."""
    street.says(B, WHERE_HE_LIVES)
    assert WHERE_HE_LIVES in street.told_by_case_show(A, view)
    street.says(B, words)
    assert [fact.text for fact in street.facts(A, FactKind.seconded)] == [WHERE_HE_LIVES]
    shown = street.told_by_case_show(A, view)
    assert WHERE_HE_LIVES not in shown
    assert street.code(B) not in shown
    assert spaced(street.code(B)) not in shown
    assert "not shown any more" in shown


def test_who_hides_his_report_after_the_main_case_let_him_go_hides_his_words_there(
    street: Street, view: ServedView
) -> None:
    """It ended, and he is no supporter any more."""
    street.says(B, WHERE_HE_LIVES)
    street.act(CommandKind.withdraw, A, DESK, "warga datang", source="walk-in")
    assert WHERE_HE_LIVES in street.told_by_case_show(A, view)
    street.says(B, "RAHASIA")
    assert WHERE_HE_LIVES not in street.told_by_case_show(A, view)


def test_who_merges_into_an_answered_case_reads_why_that_is_impossible() -> None:
    """In words that an officer knows."""
    street = Street(A)
    street.act(CommandKind.answer, A, LIGHTS, "Lampu sudah diganti.")
    street.says(B, LAMP)
    street.add(B, street.town.complaints[1])
    facts = street.act(CommandKind.merge, B, DESK, "sama", other=street.code(A))
    assert "has answered the older case" in (facts[-1].text or "")
    assert "adopt" not in (facts[-1].text or "")


def test_an_accusation_after_a_withdrawal_does_not_go_to_the_owner_of_the_former_main_case(street: Street) -> None:
    """The case is open again, and is with who looks into the government."""
    refused_by_the_first_owner(street)
    street.says(B, "CABUT")
    assert street.case(B).state == "dicabut"
    street.says(B, "petugasnya minta uang 50 ribu")
    assert (street.case(B).state, street.case(B).owner.id) == ("dibuka kembali", WATCHDOG)


def test_what_an_smsc_delivers_again_after_a_merge_opens_no_second_case() -> None:
    """That others have reported the same is nothing to which the same words could be an answer."""
    street, told = Street("1"), "pohon tumbang menutup Jalan Gajah Mada Kota Semarang"
    street.says("2", told)
    street.add("2", street.town.complaints[1])
    street.act(CommandKind.merge, "2", DESK, "sama", other=street.code("1"))
    assert street.case("2").main is not None
    street.says("2", told)
    assert street.town.landed[-1].kind is MessageKind.repeated
    assert len(street.town.complaints) == 2
