"""Whoever has just sent something sees that it was received; nobody else does."""

from typing import Any
from uuid import UUID, uuid5

import httpx

from complaints import ids, tracking
from complaints.command import CommandKind
from complaints.event import Complaint
from complaints.fact import Fact, FactKind, Result
from tests.harness.support import NOON
from tests.harness.web import API, House, door, served

__all__ = ["door", "served"]

RECEIVED = "Laporan Anda sudah kami terima dan sedang kami teruskan"
NOT_YET = "belum tercatat"
ADDED = "Keterangan Anda sudah kami terima"


def sent(door: House, text: str = "Jalan rusak di Kota Semarang") -> Complaint:
    """Send a complaint by the form, and return it as it is on Kafka."""
    answer = door.fill(text=text)
    assert answer.headers["location"].startswith("/diterima/")
    code = answer.headers["location"].removeprefix("/diterima/")
    return next(complaint for complaint in door.complaints() if complaint.tracking_code == code)


def page(door: House, code: str, **query: str) -> str:
    """Return the page of a case."""
    return door.http.get(f"/lacak/{code}", params=query).text


def fact(of: Complaint, cause: UUID, kind: FactKind, **fields: Any) -> Fact:
    """Return a fact that a command caused."""
    return Fact(
        id=uuid5(cause, f"fact/{kind.value}"),
        complaint_id=of.id,
        tracking_code=of.tracking_code,
        version=3,
        kind=kind,
        at=NOON,
        caused_by=cause,
        actor="citizen",
        **fields,
    )


def test_who_has_just_sent_a_complaint_sees_that_it_was_received(door: House) -> None:
    """With the time, until the case is there; others see that nothing is recorded yet."""
    complaint = sent(door)
    shown = page(door, complaint.tracking_code)
    assert RECEIVED in shown
    assert "WIB" in shown
    assert NOT_YET not in shown
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        other = stranger.get(f"/lacak/{complaint.tracking_code}").text
    assert NOT_YET in other
    assert RECEIVED not in other
    door.settle(complaint)
    shown = page(door, complaint.tracking_code)
    assert RECEIVED not in shown
    assert "Dinas Pekerjaan Umum" in shown


def test_a_receipt_is_for_its_own_code(door: House) -> None:
    """It says nothing about another one."""
    complaint = sent(door)
    assert NOT_YET in page(door, tracking.next_code(complaint.tracking_code, complaint.id))


def test_two_complaints_of_one_browser_have_a_receipt_each(door: House) -> None:
    """The second does not take the first one's away."""
    first, second = sent(door, "Jalan rusak di Kota Semarang"), sent(door, "Lampu mati di Kota Semarang")
    assert RECEIVED in page(door, first.tracking_code)
    assert RECEIVED in page(door, second.tracking_code)


def test_if_another_complaint_has_the_code_the_holder_sees_his_own_case(door: House) -> None:
    """With its own code; never what another citizen reported. What he adds goes to his own case too."""
    mine = sent(door, "Jalan rusak di Kota Semarang")
    code = mine.tracking_code
    other = mine.model_copy(update={"id": ids.complaint_id("web", "other")})
    door.settle(other, owner="Dinas Sosial Kota Semarang")
    shown = page(door, code)
    assert RECEIVED in shown
    assert "Dinas Sosial" not in shown
    own = tracking.next_code(code, mine.id)
    door.settle(mine.model_copy(update={"tracking_code": own}))
    shown = page(door, code)
    assert "Dinas Pekerjaan Umum" in shown
    assert tracking.spaced(own) in shown
    assert f'action="/lacak/{own}"' in shown
    answer = door.http.get(f"{API}/{code}")
    assert answer.json()["owner"] == "Dinas Sosial Kota Semarang", "without a receipt the code is the other citizen's"


def test_while_the_view_is_away_the_holder_still_sees_that_it_was_received(door: House) -> None:
    """Others hear that nothing can be said now."""
    complaint = sent(door)
    door.cases.away = True
    assert RECEIVED in page(door, complaint.tracking_code)
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        assert "belum dapat dilihat" in stranger.get(f"/lacak/{complaint.tracking_code}").text


def test_an_addition_is_received_until_the_case_has_it(door: House) -> None:
    """Then it was passed on; its receipt is still that of the complaint if the view has not even that."""
    complaint = sent(door)
    code = complaint.tracking_code
    door.fill(f"/lacak/{code}", text="Di depan pasar")
    shown = page(door, code)
    assert ADDED in shown
    assert RECEIVED in shown
    door.settle(complaint)
    command = door.additions()[-1]
    waiting = page(door, code)
    assert "sedang kami sampaikan" in waiting
    door.cases.facts[command.id] = (fact(complaint, command.id, FactKind.added),)
    done = page(door, code)
    assert "dan kami sampaikan" in done
    assert "sedang kami sampaikan" not in done
    with httpx.Client(base_url=door.http.base_url, trust_env=False) as stranger:
        assert ADDED not in stranger.get(f"/lacak/{code}?dilengkapi=1").text


def test_an_addition_that_had_no_room_names_the_new_case(door: House) -> None:
    """So does one that could not be taken say why."""
    complaint = sent(door)
    code = complaint.tracking_code
    door.settle(complaint)
    door.fill(f"/lacak/{code}", text="Di depan pasar")
    command = door.additions()[-1]
    door.cases.facts[command.id] = (fact(complaint, command.id, FactKind.continued, continued_as="2Q74GVWWCE3"),)
    assert 'href="/lacak/2Q74GVWWCE3"' in page(door, code)
    declined = fact(
        complaint,
        command.id,
        FactKind.declined,
        command=CommandKind.add,
        result=Result.refused,
        text="Laporan ini sudah ditutup.",
    )
    door.cases.facts[command.id] = (declined,)
    shown = page(door, code)
    assert "Laporan ini sudah ditutup." in shown
    assert ADDED not in shown


def test_the_api_answers_with_a_receipt_that_it_takes_back(door: House) -> None:
    """202 while the case is not there; 404 without the receipt, or with a wrong one."""
    answer = door.send().json()
    url, receipt = f"{API}/{answer['tracking_code']}", answer["receipt"]
    seen = door.http.get(url, params={"receipt": receipt})
    assert (seen.status_code, seen.json()["state"]) == (202, "diterima")
    assert seen.json().keys() == {"tracking_code", "state", "received_at"}
    for wrong in ("", "x", receipt[:-2]):
        assert door.http.get(url, params={"receipt": wrong}).status_code == 404
    assert door.http.get(url).status_code == 404
    complaint = door.complaints()[-1]
    door.settle(complaint)
    assert door.http.get(url, params={"receipt": receipt}).json()["state"] == "diproses"
    own = tracking.next_code(complaint.tracking_code, complaint.id)
    door.cases.known.clear()
    door.settle(complaint.model_copy(update={"id": ids.complaint_id("web", "other")}), owner="Dinas Sosial")
    assert door.http.get(url, params={"receipt": receipt}).status_code == 202
    door.settle(complaint.model_copy(update={"tracking_code": own}))
    moved = door.http.get(url, params={"receipt": receipt}).json()
    assert (moved["tracking_code"], moved["owner"]) == (own, "Dinas Pekerjaan Umum Kota Semarang")
