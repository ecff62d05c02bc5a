"""The keyword of an SMS names a local government, in each way that citizens write it, and hardly ever wrongly."""

from channels.sms.keywords import Keywords, _one_letter_apart
from normalizer.places.gazetteer import Gazetteer
from tests.harness.tables import each, row_by_row

SEMARANG, TANGERANG = "33.74", "36.03"


@each(
    ("name", "text", "region"),
    [
        ("leading", "TANGKAB jalan di Curug rusak", TANGERANG),
        ("leading in small letters", "laporhendi lampu mati", SEMARANG),
        ("leading with a colon, in two words", "Lapor Hendi : lampu mati", SEMARANG),
        ("leading behind LAPOR", "LAPOR TANGKAB jalan rusak", TANGERANG),
        ("glued to LAPOR", "LAPORTANGKAB jalan rusak", TANGERANG),
        ("leading behind quotes", '" LaporHendi, pohon tumbang', SEMARANG),
        ("glued to the next word by case", "TANGKABjalan rusak", TANGERANG),
        ("glued to an everyday word", "laporhendijalan rusak", SEMARANG),
        ("glued by a full stop", "TANGKAB.jalan rusak", TANGERANG),
        ("hashtagged at the beginning", "#LaporHendi pohon tumbang", SEMARANG),
        ("hashtagged in the middle", "Pohon tumbang #LaporHendi di Candi", SEMARANG),
        ("hashtagged at the end", "Pohon tumbang #laporhendi", SEMARANG),
        ("a campaign's name as a hashtag", "#Hendi pohon tumbang", SEMARANG),
        ("trailing", "Jalan di Curug rusak TANGKAB", TANGERANG),
        ("trailing with a full stop", "Jalan di Curug rusak, TANGKAB.", TANGERANG),
        ("another letter", "TANGKSB jalan rusak", TANGERANG),
        ("a letter less", "TNGKAB jalan rusak", TANGERANG),
        ("a letter more", "laporhendii lampu mati", SEMARANG),
        ("two letters exchanged", "laporhedni lampu mati", SEMARANG),
        ("misspelt as a hashtag", "lampu mati #LaporHendy", SEMARANG),
        ("made of a city's name", "KOTASEMARANG lampu mati", SEMARANG),
        ("made of a regency's name", "tangerangkab lampu mati", TANGERANG),
        ("none", "Lampu jalan mati di Kota Semarang", None),
        ("an everyday word that is nearly one", "Tangkap pengedar di kampung kami", None),
        ("another one", "Angkot ngetem sembarangan", None),
        ("a person of a campaign's name", "Hendi nama saya, lampu mati", None),
        ("only LAPOR", "LAPOR lampu mati", None),
        ("in the middle without a hashtag", "kata orang tangkab itu besar sekali", None),
        ("shouted, so that capitals say nothing", "LAMPU MATI SEJAK TANGKAB", None),
        ("two that differ", "TANGKAB lampu mati #LaporHendi", None),
        ("a place name of its own", "Kotabaru banjir", None),
        ("empty", "", None),
        ("nothing but signs", "#?! :", None),
    ],
)
def test_keyword(name: str, text: str, region: str | None) -> None:
    """One case for each way of writing it, and each text that only looks so."""
    assert Keywords.load().region(text) == region, name


def test_each_keyword_names_a_region_that_there_is() -> None:
    """Regencies and cities only; a campaign's name too."""
    table, gazetteer = Keywords.load(), Gazetteer.load()
    assert len(table.exact) > 900
    for code in [*table.exact.values(), *table.campaigns.values()]:
        assert len(code) == 5
        assert gazetteer.name(code)


def test_no_regency_is_taken_for_another_by_one_letter() -> None:
    """A keyword that is itself one letter away from another's is read as itself."""
    table = Keywords.load()
    for keyword, code in table.exact.items():
        assert table.region(f"{keyword} lampu mati") == code


@row_by_row
def test_one_letter(word: str, other: str, apart: bool) -> None:
    """More, less, other, or exchanged with its neighbour."""
    assert _one_letter_apart(word, other) is apart
