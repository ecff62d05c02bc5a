"""A case whose owner was taken out of its government's allotment: it keeps its clock, and a desk gives it to another agency."""

from datetime import date
from pathlib import Path

from complaints.command import CommandKind
from complaints.fact import FactKind
from router.routing import Router
from tests.harness.events import complaint
from tests.harness.house import NOON_MS, House, said

FILE = """\
government: pemda-33.74
editions:
  - since: 2026-01-01
    source: "a decree"
    units: {lampu: {name: "Dinas Penerangan"}}
    subjects: {street-light: lampu}
"""

PLACE = {"province": {"code": "33", "name": "Jawa Tengah"}, "regency": {"code": "33.74", "name": "Kota Semarang"}}


def test_a_case_of_a_unit_that_was_deleted_keeps_its_clock_and_a_desk_gives_it_away(tmp_path: Path) -> None:
    """Nobody acts for the former unit; its deadlines ring as before, and the government's desk or the national one reroutes it."""
    (tmp_path / "33.74.yaml").write_text(FILE)
    house = House(law=Router.load(allotments=tmp_path, today=date(2026, 11, 26)))
    report = complaint(7, text="lampu jalan mati sejak seminggu", title="", place=PLACE)
    house.take(report)
    assert house.case(report.tracking_code).owner.id == "lampu-33.74"
    house.law = Router.load()
    assert not house.law.knows("lampu-33.74")
    rung = house.ring(report.tracking_code, until_ms=NOON_MS + 30 * 86_400_000)
    assert FactKind.overdue in {fact.kind for fact in rung}
    moved = house.take(
        said(CommandKind.reroute, report, "pemda-33.74", "Dinas itu sudah dihapus.", to="disperkim-33.74")
    )
    assert [fact.kind for fact in moved] == [FactKind.rerouted, FactKind.routed]
    assert house.case(report.tracking_code).owner.id == "disperkim-33.74"
