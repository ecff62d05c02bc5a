"""A case whose owner was taken out of its government's allotment: it keeps its clock, and a desk gives it to another agency."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from complaints.command import CommandKind
from complaints.event import Place, Region
from complaints.fact import FactKind
from ops.casework.gone import orphans
from router.cases.table import RULES
from router.routing import Router
from tests.harness.allotments import allotment
from tests.harness.events import complaint
from tests.harness.house import House, said
from tests.harness.support import NOON_MS

FILE = allotment('units: {lampu: {name: "Dinas Penerangan"}}', "subjects: {street-light: lampu}")

PLACE = Place(province=Region(code="33", name="Jawa Tengah"), regency=Region(code="33.74", name="Kota Semarang"))


def test_a_case_of_a_unit_that_was_deleted_keeps_its_clock_and_a_desk_gives_it_away(tmp_path: Path) -> None:
    """Nobody acts for the former unit; its deadlines ring as before, and the government's desk or the national one reroutes it."""
    (tmp_path / "33.74.yaml").write_text(FILE)
    house = House(law=Router.load(allotments=tmp_path, today=date(2026, 11, 26)))
    report = complaint(7, text="lampu jalan mati sejak seminggu", title="", place=PLACE)
    house.hear(report)
    assert house.case(report.tracking_code).owner.id == "lampu-33.74"
    house.law = Router.load()
    assert not house.law.knows("lampu-33.74")
    rung = house.ring_out(report.tracking_code, until_ms=NOON_MS + 30 * 86_400_000)
    assert FactKind.overdue in {fact.kind for fact in rung}
    moved = house.hear(
        said(CommandKind.reroute, report, "pemda-33.74", "Dinas itu sudah dihapus.", to="disperkim-33.74")
    )
    assert [fact.kind for fact in moved] == [FactKind.rerouted, FactKind.routed]
    assert house.case(report.tracking_code).owner.id == "disperkim-33.74"


class Asked:
    """Answers no query, and keeps the states that were asked for."""

    states: frozenset[str] = frozenset()

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Keep the states."""
        assert parameters is not None
        assert "state IN %(open)s" in sql
        self.states = frozenset(parameters["open"])
        return []


def test_only_cases_that_a_desk_can_reroute_are_listed_as_those_of_a_former_unit() -> None:
    """Not one that the unit has answered: it closes by itself, and is listed again if the citizen disputes the answer."""
    asked = Asked()
    assert list(orphans(asked, lambda _: True)) == []
    assert asked.states == RULES[CommandKind.reroute].states
    assert "reopened" in asked.states
