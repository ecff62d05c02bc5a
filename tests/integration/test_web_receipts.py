"""Whoever has just sent something sees that it was received; nobody else does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from uuid import UUID

import httpx
import pytest

from complaints import ids, tracking
from complaints.case import CaseStatus
from complaints.command import CommandKind
from complaints.fact import FactKind, Result
from tests.harness.mailboxes import Kept
from tests.harness.web import API, House, Opened, door, opened, served
from tests.harness.web_cases import Facts

__all__ = ["door", "opened", "served"]

RECEIVED = "Laporan Anda sudah kami terima dan sedang kami teruskan"
NOT_YET = "belum tercatat"
ADDED = "Keterangan Anda sudah kami terima"


def sent(door: House, text: str = "Jalan rusak di Kota Semarang") -> Kept:
    """Send a complaint by the form, and return it as it is in its mailbox."""
    answer = door.fill(text=text)
    assert answer.headers["location"].startswith("/diterima/")
    code = answer.headers["location"].removeprefix("/diterima/")
    return next(complaint for complaint in door.complaints() if complaint.mailbox == code)


def page(door: House, code: str, **query: str) -> str:
    """Return the page of a case."""
    return door.http.get(f"/lacak/{code}", params=query).text


def test_who_has_just_sent_a_complaint_sees_that_it_was_received(door: House) -> None:
    """With the time, until the case is there; others see that nothing is recorded yet."""
    complaint = sent(door)
    shown = page(door, complaint.mailbox)
    assert RECEIVED in shown
    assert "WIB" in shown
    assert NOT_YET not in shown
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        other = stranger.get(f"/lacak/{complaint.mailbox}").text
    assert NOT_YET in other
    assert RECEIVED not in other
    door.settle(complaint)
    shown = page(door, complaint.mailbox)
    assert RECEIVED not in shown
    assert "Dinas Pekerjaan Umum" in shown


DANGER = "Tolong ada kebakaran di Jalan Pemuda Kota Semarang, api membesar!"


def test_who_tells_of_danger_reads_the_number_for_emergencies_at_once(door: House) -> None:
    """On the page after the form, in the API's answer and in Open311's; a stranger with the code, and other reports, do not have it."""
    told, other = sent(door, DANGER), sent(door)
    receipt = door.http.get(f"/diterima/{told.mailbox}").text
    assert '<a class="button" href="tel:112">Keadaan darurat? Telepon 112.</a>' in receipt, "one press calls"
    assert "tel:112" not in door.http.get(f"/diterima/{other.mailbox}").text
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        assert "tel:112" not in stranger.get(f"/diterima/{told.mailbox}").text
    assert door.send(text=DANGER).json()["emergency"].endswith("112.")
    assert door.send().json()["emergency"] == ""
    posted = door.http.post("/open311/v2/requests.json", data={"service_code": "kesehatan", "description": DANGER})
    assert posted.json()[0]["service_notice"].startswith("Keadaan darurat? Telepon 112.")


@pytest.mark.parametrize("send", ["form", "api"])
def test_danger_under_a_known_form_or_key_is_a_complaint_of_its_own(door: House, send: str) -> None:
    """It has a code and a page of its own, with the number at once; sent twice, it is one. A form that only changes is as before."""

    def sent_as(text: str) -> str:
        if send == "api":
            return str(door.send(text=text, key="the-same-key-0123456789").json()["tracking_code"])
        return door.fill(text=text, form_key="sama").headers["location"].rpartition("/")[2].partition("?")[0]

    first = sent_as("Lampu jalan mati di Kota Semarang")
    door.settle(door.complaints()[-1])
    own = sent_as(DANGER)
    assert own != first
    assert sent_as(DANGER) == own
    assert sent_as("Lampu jalan mati di Kota Semarang, dua tiang") == first
    if send == "form":
        assert "tel:112" in door.http.get(f"/diterima/{own}").text


def test_danger_added_on_the_page_of_a_case_reads_the_number_there_at_once(door: House) -> None:
    """Before the case has it and afterwards, also in the words of a wish; nobody else who looks at the page reads it."""
    complaint = sent(door)
    code = complaint.mailbox
    door.settle(complaint)
    answer = door.fill(f"/lacak/{code}", text=DANGER)
    assert "tel:112" in door.http.get(answer.headers["location"]).text
    continued = Facts(complaint).after(door.additions()[-1].id, (FactKind.continued, {"continued_as": "2Q74GVWWCE3"}))
    door.settle(complaint, "accepted", *continued.made)
    shown = door.http.get(answer.headers["location"]).text
    assert "tel:112" in shown
    assert 'href="/lacak/2Q74GVWWCE3"' in shown
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        assert "tel:112" not in stranger.get(answer.headers["location"]).text
    door.fill(f"/lacak/{code}", text="Di depan pasar")
    assert "tel:112" not in page(door, code, dilengkapi="1")


def test_a_receipt_is_for_its_own_code(door: House) -> None:
    """It says nothing about another one."""
    complaint = sent(door)
    assert NOT_YET in page(door, tracking.next_code(complaint.mailbox, complaint.id))


def test_two_complaints_of_one_browser_have_a_receipt_each(door: House) -> None:
    """The second does not take the first one's away."""
    first, second = sent(door, "Jalan rusak di Kota Semarang"), sent(door, "Lampu mati di Kota Semarang")
    assert RECEIVED in page(door, first.mailbox)
    assert RECEIVED in page(door, second.mailbox)


def test_if_another_complaint_has_the_code_the_holder_sees_his_own_case(door: House) -> None:
    """With its own code; never what another citizen reported. What he adds goes to his own case too."""
    mine = sent(door, "Jalan rusak di Kota Semarang")
    code = mine.mailbox
    other = replace(mine, id=ids.message_id("web", "other"))
    door.settle(other, owner="Dinas Sosial Kota Semarang")
    shown = page(door, code)
    assert RECEIVED in shown
    assert "Dinas Sosial" not in shown
    own = tracking.next_code(code, mine.id)
    early = {**door.form(), "text": "Di depan pasar"}
    assert door.http.post(f"/lacak/{code}", data=early).status_code == 404, "his own case is not there yet"
    door.settle(mine, code=own)
    shown = page(door, code)
    assert "Dinas Pekerjaan Umum" in shown
    assert tracking.spaced(own) in shown
    assert f'action="/lacak/{own}"' in shown
    assert door.fill(f"/lacak/{code}", text="Di depan pasar").status_code == 303
    (added,) = door.additions()
    assert added.mailbox == added.message.about == own
    answer = door.http.get(f"{API}/{code}")
    assert answer.json()["owner"] == "Dinas Sosial Kota Semarang", "without a receipt the code is the other citizen's"


def test_while_the_view_is_away_the_holder_still_sees_that_it_was_received(door: House) -> None:
    """Others hear that nothing can be said now."""
    complaint = sent(door)
    door.cases.away = True
    assert RECEIVED in page(door, complaint.mailbox)
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        assert "belum dapat dilihat" in stranger.get(f"/lacak/{complaint.mailbox}").text


def test_the_receipt_waits_for_the_case_as_long_as_a_page_may(opened: Opened) -> None:
    """The view has it a moment later: the question is on the receipt nevertheless, under the code of its sender's own case."""
    house = opened(looks=10_000)
    complaint = sent(house)
    looked, status = Event(), house.cases.status_of

    def counted(complaint_id: UUID) -> CaseStatus | None:
        found = status(complaint_id)
        looked.set()
        return found

    house.cases.status_of = counted  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as reader:
        asked = reader.submit(house.http.get, f"/diterima/{complaint.mailbox}")
        assert looked.wait(30)
        own = tracking.next_code(complaint.mailbox, complaint.id)
        house.settle(complaint, "received", *Facts(complaint).made, asks="place", code=own)
        shown = asked.result(30).text
    assert "Kami perlu jawaban Anda" in shown
    assert tracking.spaced(own) in shown


def test_an_addition_is_received_until_the_case_has_it(door: House) -> None:
    """Then it was passed on. Its receipt names the message, which is the command to the case."""
    complaint = sent(door)
    code = complaint.mailbox
    door.settle(complaint)
    door.fill(f"/lacak/{code}", text="Di depan pasar")
    command = door.additions()[-1]
    door.cases.away = True
    shown = page(door, code, dilengkapi="1")
    assert ADDED in shown
    door.cases.away = False
    waiting = page(door, code, dilengkapi="1")
    assert "sedang kami sampaikan" in waiting
    assert "muat ulang" in waiting
    door.settle(complaint, "accepted", *Facts(complaint).after(command.id, FactKind.added).made)
    done = page(door, code, dilengkapi="1")
    assert "dan kami sampaikan" in done
    assert "sedang kami sampaikan" not in done
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        assert ADDED not in stranger.get(f"/lacak/{code}?dilengkapi=1").text


def test_an_addition_that_had_no_room_names_the_new_case(door: House) -> None:
    """One that was refused, because others have filled the case, says so, and what its citizen can do."""
    complaint = sent(door)
    code = complaint.mailbox
    door.settle(complaint)
    door.fill(f"/lacak/{code}", text="Di depan pasar")
    command = door.additions()[-1]
    continued = Facts(complaint).after(command.id, (FactKind.continued, {"continued_as": "2Q74GVWWCE3"}))
    door.settle(complaint, "accepted", *continued.made)
    assert 'href="/lacak/2Q74GVWWCE3"' in page(door, code, dilengkapi="1")
    why = {"command": CommandKind.add, "result": Result.refused, "text": "No room."}
    door.settle(complaint, "accepted", *Facts(complaint).after(command.id, (FactKind.declined, why)).made)
    shown = page(door, code, dilengkapi="1")
    assert "tidak kami tambahkan" in shown
    assert ADDED not in shown


def test_the_api_answers_with_a_receipt_that_it_takes_back(door: House) -> None:
    """202 while the case is not there; 404 without the receipt, or with a wrong one."""
    answer = door.send().json()
    url, receipt = f"{API}/{answer['tracking_code']}", answer["receipt"]
    seen = door.http.get(url, params={"receipt": receipt})
    assert (seen.status_code, seen.json()["state"]) == (202, "received")
    assert seen.json().keys() == {"tracking_code", "state", "received_at"}
    for wrong in ("", "x", receipt[:-2]):
        assert door.http.get(url, params={"receipt": wrong}).status_code == 404
    assert door.http.get(url).status_code == 404
    complaint = door.complaints()[-1]
    door.settle(complaint)
    assert door.http.get(url, params={"receipt": receipt}).json()["state"] == "accepted"
    own = tracking.next_code(complaint.mailbox, complaint.id)
    door.cases.known.clear()
    door.settle(replace(complaint, id=ids.message_id("web", "other")), owner="Dinas Sosial")
    assert door.http.get(url, params={"receipt": receipt}).status_code == 202
    door.settle(complaint, code=own)
    moved = door.http.get(url, params={"receipt": receipt}).json()
    assert (moved["tracking_code"], moved["owner"]) == (own, "Dinas Pekerjaan Umum Kota Semarang")
