"""A complaint that names a unit of a government with an allotment, under the unit's own name, as the one complained of."""

from datetime import date

import pytest

from router.routing import Router
from tests.harness.decided import answered
from tests.harness.lines import lines_of
from tests.harness.tables import document, each, each_row

FILE = document("tables/law/own_units_named.yaml")["FILES"]["33.74"]


test_lines = lines_of(__file__)


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Router:
    """Return a router with an allotment of Semarang."""
    folder = tmp_path_factory.mktemp("allotments")
    (folder / "33.74.yaml").write_text(FILE)
    return Router.load(allotments=folder, today=date(2026, 11, 26))


@each("name", ["DALDUK", "Dinas Sumber Daya Air dan Bina Marga", "Dinas Sosial"])
@each_row
def test_a_unit_that_does_not_answer_gets_the_complaint_if_nobody_went_on_record(
    router: Router, text: str, name: str
) -> None:
    """It is the one that should act; the Ombudsman takes what was brought to it before."""
    kinds = {"DALDUK": "dalduk", "Dinas Sosial": "dinsos"}
    assert answered(router, text.format(name))["agency"]["id"] == f"{kinds.get(name, 'dpu')}-33.74"
