"""A complaint that names a unit of a government with an allotment, under the unit's own name, as the one complained of."""

from datetime import date

import orjson
import pytest

from router.jsonlines import route_line
from router.routing import Router
from router.within import House
from tests.harness.tables import each, each_row

FILE = """\
government: pemda-33.74
editions:
  - since: 2026-01-01
    source: "a decree"
    managing_officer: {unit: diskominfo, decree: "a decree of the mayor"}
    units:
      dpu: {name: "Dinas Sumber Daya Air dan Bina Marga", aliases: [DSDABM]}
      pdam: {name: "Perumdam Tirta Kencana"}
      dalduk:
        name: "Dinas Pengendalian Penduduk, Pemberdayaan Perempuan dan Perlindungan Anak"
        aliases: [DALDUKPPA, "Disdalduk KB", DALDUK]
      taman: {name: "Dinas Taman Indah", aliases: ["Air Bersih", "Kebersihan", Tembalang]}
  - since: 2027-01-01
    source: "another decree"
    units:
      dalduk: none
      cahaya: {name: "Dinas Cahaya"}
"""

NAMES = [
    ("DALDUK", "dalduk"),
    ("DALDUKPPA", "dalduk"),
    ("Disdalduk KB", "dalduk"),
    ("Dinas Pengendalian Penduduk Pemberdayaan Perempuan dan Perlindungan Anak", "dalduk"),
    ("Dinas Sumber Daya Air dan Bina Marga", "dpu"),
    ("DSDABM", "dpu"),
    ("Dinas Pekerjaan Umum", "dpu"),
    ("Perumdam Tirta Kencana", "pdam"),
    ("Dinas Taman Indah", "taman"),
    ("Dinas Sosial", "dinsos"),
]
"""What citizens call a unit, and the kind of unit; the last one and the fourth to last have their usual names, too."""

COMPLAINTS = [
    "{} tidak menanggapi laporan saya",
    "Sudah sebulan belum ada tanggapan dari {} atas laporan saya",
    "Pelayanan {} buruk sekali",
    "Saya kecewa dengan {}",
    "{} lambat sekali melayani warga",
    "Sudah tiga kali saya melapor ke {} tetapi tidak direspon",
]


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Router:
    """Return a router with an allotment of Semarang."""
    folder = tmp_path_factory.mktemp("allotments")
    (folder / "33.74.yaml").write_text(FILE)
    return Router.load(allotments=folder, today=date(2026, 11, 26))


def owner(router: Router, text: str, **more: str) -> str:
    """Return the owner's id."""
    said = orjson.loads(route_line(router, orjson.dumps({"text": text, **more}), None))
    return str(said["agency"]["id"])


@each(("name", "kind"), NAMES)
@each("complaint", COMPLAINTS)
def test_a_unit_complained_of_by_its_own_name_gets_the_complaint(
    router: Router, complaint: str, name: str, kind: str
) -> None:
    """Through the government's own channel, and where the text names the city."""
    assert owner(router, complaint.format(name), region="33.74") == f"{kind}-33.74"
    assert owner(router, complaint.format(f"{name} Kota Semarang")) == f"{kind}-33.74"


def test_what_the_text_is_clearly_about_counts_more_than_who_did_not_answer(router: Router) -> None:
    """The lamp's unit mends the lamp; the unit complained of is an alternative."""
    text = "Lampu jalan mati di Kecamatan Tembalang Kota Semarang, DSDABM tidak menanggapi"
    said = orjson.loads(route_line(router, orjson.dumps({"text": text}), None))
    assert said["agency"]["id"] == "disperkim-33.74"
    assert "dpu-33.74" in {one["id"] for one in said["alternatives"]}


@pytest.mark.parametrize("text", ["DALDUK tidak menanggapi laporan saya", "Dinas Taman Indah lambat melayani"])
@pytest.mark.parametrize("place", [" di Kota Surakarta", ""])
def test_an_own_name_means_nothing_outside_its_region(router: Router, text: str, place: str) -> None:
    """In another city, and without a place, it is as without a file."""
    assert owner(router, text + place) == owner(Router.load(), text + place)


def test_an_own_name_hides_no_other_agency_outside_its_region(router: Router) -> None:
    """Words that begin a longer own name of Semarang still name the usual unit in Surakarta."""
    text = "Yth. Dinas Sumber Daya Air dan Bina Marga Kota Surakarta, mohon perhatiannya"
    assert owner(router, text) == owner(Router.load(), text)


@pytest.mark.parametrize("name", ["Air bersih", "Kebersihan", "Tembalang"])
def test_an_alias_that_is_an_everyday_word_or_a_place_names_nobody(router: Router, name: str) -> None:
    """People write it of other things."""
    text = f"{name} tidak ditanggapi di Kota Semarang"
    assert owner(router, text) != "taman-33.74"


def test_a_unit_is_named_only_while_the_government_has_it(router: Router) -> None:
    """One of a later edition is unknown before; what is addressed to one that was taken away goes to the managing officer."""
    text, later = "{} tidak menanggapi laporan saya di Kota Semarang", "2027-02-01T03:00:00+00:00"
    assert owner(router, text.format("Dinas Cahaya"), received_at="2026-12-01T03:00:00+00:00") != "cahaya-33.74"
    assert owner(router, text.format("Dinas Cahaya"), received_at=later) == "cahaya-33.74"
    assert owner(router, text.format("DALDUK"), received_at=later) == "diskominfo-33.74"


@each_row
def test_an_earlier_report_that_can_be_shown_and_was_never_answered_is_the_ombudsmans(
    router: Router, text: str
) -> None:
    """The law stays above a division; within the house it is the unit's."""
    assert owner(router, text) == "ombudsman"
    within = orjson.loads(route_line(router, orjson.dumps({"text": text}), House.of("pemda-33.74", router.registry)))
    assert (within["agency"]["id"], within["within"]["elsewhere"]["id"]) == ("dalduk-33.74", "ombudsman")


@each("name", ["DALDUK", "Dinas Sumber Daya Air dan Bina Marga", "Dinas Sosial"])
@each_row
def test_a_unit_that_does_not_answer_gets_the_complaint_if_nobody_went_on_record(
    router: Router, text: str, name: str
) -> None:
    """It is the one that should act; the Ombudsman takes what was brought to it before."""
    kinds = {"DALDUK": "dalduk", "Dinas Sosial": "dinsos"}
    assert owner(router, text.format(name)) == f"{kinds.get(name, 'dpu')}-33.74"


@each_row
def test_a_unit_s_own_staff_are_no_other_matter(router: Router, text: str, kind: str) -> None:
    """Whatever such people do elsewhere; a matter that is told beside them still decides."""
    assert owner(router, text) == f"{kind}-33.74"


def test_a_report_of_abuse_of_office_goes_where_it_went(router: Router) -> None:
    """Not to the unit that is accused."""
    text = "Kepala Dinas Sosial Kota Semarang minta suap dan tidak menanggapi laporan saya"
    assert owner(router, text) == owner(Router.load(), text)
