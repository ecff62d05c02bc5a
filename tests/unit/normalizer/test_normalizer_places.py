"""Where the name of a village ends, and which names are those of streets."""

from normalizer.reader import Reader
from normalizer.results import PlaceReading
from tests.harness.tables import each, each_row

READER = Reader.load()


def place(text: str, *, title: str = "", region: str | None = None) -> PlaceReading:
    """Return the place of a text."""
    return READER.read(text, title=title, region=region).place


@each("comma", [", ", ",", " , ", " "])
@each_row
def test_a_regencys_whole_name_wins_over_a_longer_village_name(
    village: str, comma: str, regency: str, code: str
) -> None:
    """Another village is named Banaran Kulon; the text means Banaran in Kulon Progo."""
    assert place(f"jalan rusak di Desa {village}{comma}{regency}").regency == code
    assert place(f"jalan rusak di desa {village}{comma}{regency} sudah lama".lower()).regency == code


def test_a_village_before_the_whole_name_of_its_regency_is_found_in_it() -> None:
    """The shorter name is looked for in the regency; one that is an everyday word, too."""
    assert place("tambang pasir di Kali Progo desa Banaran Kulon Progo").village == "34.01.04.2001"
    assert place("jalan rusak di Desa Tanjung, Kapuas Hulu").regency == "61.06"


@each_row
def test_a_comma_ends_the_name_of_a_village(village: str, regency: str, code: str, elsewhere: str) -> None:
    """Without the comma it is the village with the longer name; commas in other parts of the text end nothing."""
    assert place(f"jalan rusak di Desa {village}, {regency}").village == code
    assert place(f"sampah, di Desa {village} ,{regency}, sudah lama", title="bau, kotor").village == code
    assert place(f"sampah, di Desa {village} {regency}, sudah lama", title="bau, kotor").village == elsewhere


STREETS = (
    *("Sudirman", "Hasanuddin", "Gajah Mada", "Gajahmada", "Slamet Riyadi", "Martadinata", "Siliwangi", "Kartini"),
    *("Pemuda", "Merdeka", "Asia Afrika", "Tunjungan", "Pahlawan", "Proklamasi"),
    *("Melati", "Anggrek", "Flamboyan", "Cendana", "Rajawali", "Garuda"),
)


@each("street", STREETS)
@each("text", ["macet parah di {}", "air PDAM mati di {} dari kemarin", "banjir di {}, depan mall"])
def test_a_usual_street_name_alone_is_no_place_and_the_citizen_is_asked(street: str, text: str) -> None:
    """Although one village or district of the country has the name."""
    reading = READER.read(text.format(street))
    assert (reading.place.province, reading.place.regency, reading.place.candidates) == (None, None, ())
    assert "place" in reading.missing


@each_row
def test_a_name_behind_the_word_for_a_lane_is_no_place_but_that_of_its_town_is(text: str, code: str | None) -> None:
    """Kenduruan is a district of Tuban, and a lane of Palembang; a lane joins no two regions, as a road does."""
    assert place(text).regency == code


def test_the_only_village_with_a_usual_street_name_remains_possible_behind_its_level() -> None:
    """An everyday word behind "desa" is not certain; the citizen is asked, and the regency is offered."""
    assert place("jalan rusak di Desa Sudirman").candidates == ("73.09",)


def test_the_region_of_a_keyword_is_kept_beside_a_usual_street_name() -> None:
    """Then nothing is asked."""
    assert place("macet parah di Pemuda", region="33.74").regency == "33.74"
