"""`lapor case rehome`: where the open cases of a unit go that was taken out of its government's allotment."""

import json
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from complaints.bus import Record, confluent
from complaints.command import CommandKind
from complaints.contract import CASE_EVENTS
from complaints.event import Complaint, Place, Region
from complaints.fact import FactKind
from complaints.runtime.settings import Settings
from lapor.commands.cases import app
from lapor.local import note
from lapor.processes.routing import agencies_and_router
from ops.casework.rehome import Move, move
from router.routing import Router
from tests.harness.allotments import allotment
from tests.harness.cases.made import case_record
from tests.harness.events import complaint
from tests.harness.house import House, said
from tests.harness.support import NOON, as_stored
from tests.harness.there import there
from tests.harness.view import KEY, ServedView

CABLE = 'kabel: {name: "Dinas Kabel"}'
OLD = allotment(f'units: {{lampu: {{name: "Dinas Penerangan"}}, {CABLE}}}', "subjects: {street-light: lampu}")
NEW = allotment(f"units: {{{CABLE}}}", "subjects: {street-light: kabel}")
OFFICER = allotment(
    "managing_officer: {unit: kabel, decree: x}", f"units: {{{CABLE}}}", "subjects: {street-light: dishub}"
)

PLACE = Place(province=Region(code="33", name="Jawa Tengah"), regency=Region(code="33.74", name="Kota Semarang"))
LAMP, PASSPORT = "lampu jalan mati sejak seminggu", "paspor saya tidak kunjung jadi di kantor imigrasi"


def report(number: int = 7, text: str = LAMP) -> Complaint:
    """Return a complaint from the city."""
    return complaint(number, text=text, title="", place=PLACE)


def settings_of(folder: Path, content: str) -> Settings:
    """Return settings with an allotment."""
    (folder / "33.74.yaml").write_text(content)
    return Settings(data=folder, allotments=folder)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A router whose city has the two units of its own."""
    folder = tmp_path / "before"
    folder.mkdir()
    (folder / "33.74.yaml").write_text(OLD)
    return House(law=Router.load(allotments=folder, today=date(2026, 11, 26)))


def to_lamp(house: House, of: Complaint) -> None:
    """Let a person give a case to the unit."""
    house.hear(said(CommandKind.reroute, of, "kemenpanrb", "Untuk lampu.", to="lampu-33.74"))
    assert house.case(of.tracking_code).owner.id == "lampu-33.74"


def moved(folder: Path, house: House, of: Complaint, content: str) -> Move | None:
    """Return where the case goes with another file."""
    exist, law = agencies_and_router(settings_of(folder, content))
    house.law = law
    return move(house.case(of.tracking_code), law, exist.is_gone, NOON)


def test_a_case_goes_to_the_unit_that_has_its_matter_today(house: House, tmp_path: Path) -> None:
    """In the name of the government's desk, by a command that does it; then nothing is left to do."""
    house.hear(report())
    found = there(moved(tmp_path, house, report(), NEW))
    assert (found.to, found.by) == ("kabel-33.74", "pemda-33.74")
    assert found.why.startswith("Dinas Penerangan Kota Semarang sudah tidak ada per ")
    order = found.order(1, house.case(report().tracking_code).owner, NOON)
    assert [fact.kind for fact in house.hear(order.command)] == [FactKind.rerouted, FactKind.routed]
    assert house.hear(order.command) == []
    assert house.case(report().tracking_code).owner.id == "kabel-33.74"
    assert moved(tmp_path, house, report(), NEW) is None


def test_a_matter_that_was_never_the_government_s_goes_to_its_managing_officer(house: House, tmp_path: Path) -> None:
    """A person had given it to the government: it does not leave by itself. Without a managing officer the government has it."""
    house.hear(report(text=PASSPORT))
    to_lamp(house, report(text=PASSPORT))
    found = there(moved(tmp_path, house, report(text=PASSPORT), OFFICER))
    assert (found.to, found.by) == ("kabel-33.74", "kabel-33.74")
    found = there(moved(tmp_path, house, report(text=PASSPORT), NEW))
    assert (found.to, found.by) == ("pemda-33.74", "pemda-33.74")


def test_who_refused_the_case_does_not_get_it_back(house: House, tmp_path: Path) -> None:
    """Another unit of the government gets it, if its division of tasks has one, and the command does it."""
    house.hear(report())
    house.hear(said(CommandKind.reroute, report(), "kemenpanrb", "Untuk kabel.", to="kabel-33.74"))
    house.hear(said(CommandKind.refuse, report(), "kabel-33.74"))
    to_lamp(house, report())
    found = there(moved(tmp_path, house, report(), NEW))
    assert found.to not in {"kabel-33.74", "lampu-33.74"}
    order = found.order(1, house.case(report().tracking_code).owner, NOON)
    assert FactKind.routed in {fact.kind for fact in house.hear(order.command)}


def test_the_next_unit_by_the_division_of_tasks_gets_what_the_first_refused(house: House, tmp_path: Path) -> None:
    """And not the government's desk, which would have to look for it."""
    house.hear(report())
    house.hear(said(CommandKind.reroute, report(), "kemenpanrb", "Untuk kabel.", to="kabel-33.74"))
    house.hear(said(CommandKind.refuse, report(), "kabel-33.74"))
    to_lamp(house, report())
    found = there(moved(tmp_path, house, report(), NEW.replace("street-light: kabel", "street-light: [kabel, dpu]")))
    assert (found.to, found.by) == ("dpu-33.74", "pemda-33.74")


def test_no_case_moves_whose_unit_exists_or_whose_file_is_left_out_or_that_was_answered(
    house: House, tmp_path: Path
) -> None:
    """A typing mistake in a file gives nothing away."""
    house.hear(report())
    assert moved(tmp_path, house, report(), OLD) is None
    assert moved(tmp_path, house, report(), OLD.replace("units:", "unitz:")) is None
    house.hear(said(CommandKind.answer, report(), "lampu-33.74", "Sudah."))
    assert moved(tmp_path, house, report(), NEW) is None


class Kafka:
    """A producer that lets the router's step handle each command at once, and shows the view what came of it."""

    def __init__(self, house: House, served: ServedView) -> None:
        self.house, self.served = house, served

    def __call__(self, _brokers: str) -> "Kafka":
        """Return the producer that somebody connects."""
        return self

    def send(self, record: Record) -> "Future[None]":
        """Handle a command."""
        facts = self.house.work(as_stored(record))
        key = record.key or b""
        made = [Record(topic=CASE_EVENTS, key=key, value=msgspec.json.encode(one)) for one in facts]
        self.served.put(*made, case_record(self.house.case(key.decode())))
        done = Future[None]()
        done.set_result(None)
        return done

    def close(self) -> None:
        """Do nothing."""


def test_the_command_gives_each_once_and_says_so(
    house: House, served: ServedView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dry run changes nothing; the last line counts; a second run finds nothing left."""
    for number in (1, 2, 3):
        house.hear(report(number))
    house.hear(said(CommandKind.answer, report(3), "lampu-33.74", "Sudah."))
    served.put(*(case_record(house.case(report(number).tracking_code)) for number in (1, 2, 3)))
    changes = {"view_url": served.url, "view_key": KEY, "kafka": "127.0.0.1:1"}
    settings = settings_of(tmp_path, NEW).model_copy(update=changes)
    monkeypatch.setattr(note, "started_in", lambda _: settings)
    monkeypatch.setattr(confluent, "ConfluentProducer", Kafka(house, served))
    house.law = agencies_and_router(settings)[1]

    def lines(*options: str) -> list[dict[str, Any]]:
        ran = CliRunner().invoke(app, ["rehome", *options])
        assert ran.exit_code == 0, ran.output
        return [json.loads(line) for line in ran.stdout.splitlines()]

    *shown, counted = lines("--dry-run")
    assert [(one["from"], one["to"], "result" in one) for one in shown] == [("lampu-33.74", "kabel-33.74", False)] * 2
    assert counted == {"applied": 0, "repeated": 0, "refused": 0, "errors": 0}
    assert lines("--agency", "lampu-33.75") == [counted]
    *given, counted = lines()
    assert {one["result"] for one in given} == {"applied"}
    assert counted["applied"] == 2
    assert [house.case(report(number).tracking_code).owner.id for number in (1, 2, 3)] == [
        "kabel-33.74",
        "kabel-33.74",
        "lampu-33.74",
    ]
    assert lines() == [{**counted, "applied": 0}]


def test_the_command_says_which_cases_it_holds_back(
    house: House, served: ServedView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a file left out, nothing moves: "applied 0" alone would look as if nothing was to do."""
    house.hear(report())
    served.put(case_record(house.case(report().tracking_code)))
    changes = {"view_url": served.url, "view_key": KEY, "kafka": "127.0.0.1:1"}
    settings = settings_of(tmp_path, NEW).model_copy(update=changes)
    (tmp_path / "32.73.yaml").write_text("unitz: {}\n")
    monkeypatch.setattr(note, "started_in", lambda _: settings)
    monkeypatch.setattr(confluent, "ConfluentProducer", Kafka(house, served))
    ran = CliRunner().invoke(app, ["rehome"])
    assert json.loads(ran.stdout)["held_back"] == 1
    assert "1 open cases of units that no file has (lampu-33.74) are held back" in ran.stderr
