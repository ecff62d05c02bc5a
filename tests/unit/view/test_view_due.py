"""The list of cases by their deadlines, and what became of many commands, over the view's real interface."""

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from complaints.bus import Record
from complaints.case import Case, CaseState
from complaints.disposition import AgencyRef
from complaints.errors import CaseError, UnavailableError
from complaints.event import Addition
from complaints.runtime.settings import Settings
from lapor.processes import cases
from ops.casework.due import beginning, entry, line
from tests.harness.allotments import allotment
from tests.harness.cases.made import DUE, Story, case_record
from tests.harness.events import DPU, PEMDA
from tests.harness.there import there
from tests.harness.view import KEY, ServedView
from view import http
from view.client import ViewClient


def waiting(number: int, days: int, *, owner: AgencyRef = DPU, state: CaseState = "routed", version: int = 2) -> Record:
    """Return the record of a case that is due some days after a first of December, and has a later and a fulfilled duty."""
    case = there(Story(number, owner=owner).case)
    day = date(2026, 12, 1) + timedelta(days=days)
    deadlines = (
        replace(DUE, duty="forward", due=date(2026, 11, 1), done=date(2026, 11, 1)),
        replace(DUE, duty="statute_decision", due=day + timedelta(days=50)),
        replace(DUE, due=day),
    )
    return case_record(replace(case, deadlines=deadlines, state=state, version=version))


def test_the_most_urgent_case_is_first_and_a_page_follows_the_other(
    served: ServedView, client: ViewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the first duty that is not fulfilled, whatever the order of the records; of one day by the code."""
    monkeypatch.setattr(http, "MOST_DUE", 2)
    days = [5, 1, 3, 1, 9, 0, 2]
    served.put(*(waiting(number, number_of_days) for number, number_of_days in enumerate(days)))
    found = list(client.due())
    assert [(one.deadline.due - date(2026, 12, 1)).days for one in found] == sorted(days)
    assert {one.deadline.duty for one in found} == {"complete"}
    assert len({one.tracking_code for one in found}) == 7
    same_day = [one.tracking_code for one in found if one.deadline.due == date(2026, 12, 2)]
    assert same_day == sorted(same_day)


def test_only_an_agency_s_own_and_only_before_a_day(served: ServedView, client: ViewClient) -> None:
    """Both together, too; a day that nothing is due before gives nothing."""
    served.put(*(waiting(number, number, owner=PEMDA if number % 2 else DPU) for number in range(6)))
    assert {one.owner.id for one in client.due(agency=PEMDA.id)} == {PEMDA.id}
    assert len(list(client.due(agency=PEMDA.id))) == 3
    assert len(list(client.due(before="2026-12-03"))) == 2
    assert len(list(client.due(agency=DPU.id, before="2026-12-04"))) == 2
    assert list(client.due(before="2026-12-01")) == []


@pytest.mark.parametrize("state", ["closed", "withdrawn", "archived", "merged"])
def test_a_case_that_waits_for_nobody_is_not_listed(served: ServedView, client: ViewClient, state: CaseState) -> None:
    """And is again when it is open again."""
    served.put(waiting(1, 1))
    served.put(waiting(1, 1, state=state, version=3))
    assert list(client.due()) == []
    served.put(waiting(1, 1, state="reopened", version=4))
    assert len(list(client.due())) == 1


def test_a_line_of_the_list_has_the_colour_of_today(served: ServedView, client: ViewClient) -> None:
    """And the code as people read it."""
    served.put(waiting(1, 0))
    (one,) = client.due()

    def colour(today: date) -> str:
        return str(entry(one.tracking_code, one.state, one.owner, one.deadline, today)["light"])

    assert [colour(date(2026, month, day)) for month, day in ((11, 23), (12, 1), (12, 2))] == [
        "hijau",
        "kuning",
        "merah",
    ]
    said = line(entry(one.tracking_code, one.state, one.owner, one.deadline, date(2026, 12, 2)))
    assert said.startswith("2026-12-01  red     ")
    assert f"{DPU.name} ({DPU.id})" in said


def test_a_case_that_is_marked_as_urgent_is_so_on_the_list_and_says_no_reason(served: ServedView) -> None:
    """The reason may name a person: it stands in the story of the case."""
    marked = waiting(1, 1)
    urgent = replace(msgspec.json.decode(marked.value, type=Case), urgent="Ibu Sri sakit")
    served.put(case_record(urgent), waiting(2, 2))
    found = list(cases.due(settings_of(served), agency="", before=""))
    assert [one.get("urgent", False) for one in found] == [True, False]
    assert ["URGENT" in line(one) for one in found] == [True, False]
    assert "Sri" not in str(found)


def test_an_answered_case_on_the_list_says_that_nothing_is_due() -> None:
    """Only the clock of closing runs: the officer reads no colour and no order to close."""
    closing = replace(DUE, duty="close")
    said = line(entry("7K3M9QX2RTS", "answered", DPU, closing, date(2026, 12, 2)))
    about = f"{'nothing, closes by itself':27} answered          {DPU.name} ({DPU.id})"
    assert said == f"{DUE.due}  -       7K3M9 QX2RT S  {about}"


def settings_of(served: ServedView, allotments: Path | None = None) -> Settings:
    """Return the settings of a stack with this view."""
    return Settings(view_url=served.url, view_key=KEY, allotments=allotments)


def test_the_list_by_deadlines_of_an_agency_that_there_is_not_is_no_empty_list(served: ServedView) -> None:
    """A misspelt id would look like an agency whose work is done."""
    served.put(waiting(1, 1))
    with pytest.raises(CaseError, match=r"no agency has the id 'dpu-99\.99'"):
        list(cases.due(settings_of(served), agency="dpu-99.99", before=""))


def test_a_case_of_a_unit_that_no_longer_exists_is_marked_and_can_be_listed(served: ServedView, tmp_path: Path) -> None:
    """Its own unit was deleted from the file, or a usual unit was taken away; the line says by which command the case moves."""
    deleted = AgencyRef(id="lampu-33.74", name="Dinas Penerangan Kota Semarang")
    served.put(waiting(1, 1, owner=deleted), waiting(2, 2))
    (tmp_path / "33.74.yaml").write_text(allotment("units: {dpu: none}"))
    found = list(cases.due(settings_of(served), agency="", before=""))
    assert [one.get("owner_is_gone", False) for one in found] == [True, False]
    found = list(cases.due(settings_of(served, tmp_path), agency="", before=""))
    assert [one.get("owner_is_gone", False) for one in found] == [True, True]
    (one,) = cases.due(settings_of(served), agency=deleted.id, before="")
    assert "(lampu-33.74, no longer exists: lapor case rehome)" in line(one)
    assert "(lampu-33.74, no longer exists)" in line({**one, "state": "answered"})


def test_the_list_has_how_a_complaint_begins_and_of_a_secret_one_nothing(
    served: ServedView, client: ViewClient
) -> None:
    """The view itself gives no word of a secret report."""
    found: dict[bool, tuple[str, str]] = {}
    for number, secret in enumerate((False, True)):
        case = there(Story(number).case)
        text = {"text": f"jalan rusak {number}", "secret": secret}
        case = replace(case, deadlines=(DUE,), complaint=replace(case.complaint, **text))
        served.put(case_record(case))
    for one in client.due():
        found[one.secret] = (one.text, beginning(one.text, secret=one.secret))
    assert found == {False: ("jalan rusak 0", "jalan rusak 0"), True: ("", "(secret)")}


def test_the_list_has_how_the_latest_addition_begins(served: ServedView) -> None:
    """Masked and behind the complaint; of a secret report no word, and a photo alone is no text."""
    for number, secret in enumerate((False, True)):
        case = there(Story(number).case)
        additions = tuple(
            Addition(text=text, received_at=case.changed_at, raw=case.complaint.raw)
            for text in ("di Jalan Pemuda", "hubungi 081234567890", "")
        )
        text = {"text": "jalan rusak", "secret": secret, "additions": additions}
        case = replace(case, deadlines=(DUE,), complaint=replace(case.complaint, **text))
        served.put(case_record(case))
    shown = [line(one) for one in cases.due(settings_of(served), agency="", before="")]
    assert sorted(one.partition(")  ")[2] for one in shown) == ["(secret)", "jalan rusak  + hubungi [telepon]"]


def test_the_beginning_is_one_masked_line_of_sixty_characters() -> None:
    """A number is masked before the text is cut, so that no half of it is left; the line of the list ends with it."""
    text = "Lampu jalan mati\nsejak Lebaran di depan rumah, hubungi saya 081234567890 atau NIK 3374012345678901"
    said = beginning(text, secret=False)
    assert said == "Lampu jalan mati sejak Lebaran di depan rumah, hubungi saya …"
    assert beginning("hubungi 081234567890", secret=False) == "hubungi [telepon]"
    assert beginning("jalan\x1b[2J \u202erusak\u202c", secret=False) == "jalan[2J rusak"
    one = entry("7K3M9QX2RTS", "routed", DPU, DUE, date(2026, 12, 2)) | {"text": said}
    assert line(one).endswith(f"({DPU.id})  {said}")


def test_the_results_of_many_commands_at_once(served: ServedView, client: ViewClient) -> None:
    """Those that have none yet are left out, and so are cases that are not known."""
    one, other, command, unknown = Story(1), Story(2), uuid4(), uuid4()
    one.refuse(command)
    served.put(*one.records(), *other.records())
    asked = [(one.code, command), (other.code, unknown), ("2Q74GVWWCE3", unknown)]
    found = client.results(asked)
    assert {id_: [fact.kind.value for fact in facts] for id_, facts in found.facts.items()} == {
        command: ["refused", "routed"]
    }
    assert found.versions == {one.code: 4, other.code: 2}
    assert client.results([]).facts == {}


@pytest.mark.parametrize(
    "body", ["", "[]", '{"commands": [["x"]]}', '{"commands": [["x", "y"]]}', '{"commands": 1}', '{"x": ' + "[" * 2_000]
)
def test_a_body_without_commands_is_refused(served: ServedView, body: str) -> None:
    """With 422, like any other question that cannot be read; and so are too many at once."""
    assert served.post("/results", body).status_code == 422
    many = ",".join(f'["2Q74GVWWCE3", "{uuid4()}"]' for _ in range(http.MOST_COMMANDS + 1))
    assert served.post("/results", f'{{"commands": [{many}]}}').status_code == 422


def test_a_command_that_was_given_is_said_to_be_though_the_view_went_away(
    served: ServedView, client: ViewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its officer must not believe that it was refused."""
    served.put(waiting(1, 3))
    (open_case,) = client.due()
    monkeypatch.setattr(cases, "publish", lambda *_, **__: served.close())
    settings = Settings(view_url=served.url, view_key=KEY)
    with pytest.raises(UnavailableError, match="the command was given"):
        cases.act(settings, open_case.tracking_code, "accept", agency=DPU.id, say=lambda _: None)
