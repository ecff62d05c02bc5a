"""Where the name of a village ends, and which names are those of streets."""

import pytest

from normalizer.reader import Reader
from normalizer.results import PlaceReading

READER = Reader.load()


def place(text: str, *, title: str = "", region: str | None = None) -> PlaceReading:
    """Return the place of a text."""
    return READER.read(text, title=title, region=region).place


@pytest.mark.parametrize("comma", [", ", ",", " , ", " "])
@pytest.mark.parametrize(
    ("village", "regency", "code"),
    [
        ("Banaran", "Kulon Progo", "34.01"),
        ("Glagah", "Kulon Progo", "34.01"),
        ("Tanjung", "Muara Enim", "16.03"),
        ("Kuta", "Aceh Besar", "11.06"),
        ("Seuneubok", "Aceh Barat", "11.05"),
        ("Koto Panjang", "Padang Panjang", "13.74"),
        ("Banua Hanyar", "Hulu Sungai Utara", "63.08"),
        ("Babussalam", "Rokan Hulu", "14.06"),
    ],
)
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


@pytest.mark.parametrize(
    ("text", "regency"),
    [
        ("jalan rusak di Desa Banaran Kulon", "35.18"),
        ("jalan rusak di Desa Banaran Kulon, Bagor, Nganjuk", "35.18"),
        ("jalan rusak di Desa Banaran Kulon, sudah lama", "35.18"),
        ("jalan rusak, lampu mati, di Desa Banaran Kulon", "35.18"),
    ],
)
def test_a_village_name_of_several_words_is_whole_without_such_a_regency(text: str, regency: str) -> None:
    """Commas elsewhere in the text end nothing."""
    assert place(text).regency == regency


@pytest.mark.parametrize(
    ("village", "regency", "code", "elsewhere"),
    [
        ("Parsaoran", "Samosir", "12.17.09.2007", "12.02.06.2009"),
        ("Teluk", "Lingga", "21.04.07.2007", "64.08.04.1010"),
        ("Muara", "Bone", "73.08.05.2008", "75.03.09.2011"),
    ],
)
def test_a_comma_ends_the_name_of_a_village(village: str, regency: str, code: str, elsewhere: str) -> None:
    """Without the comma it is the village with the longer name; commas in other parts of the text end nothing."""
    assert place(f"jalan rusak di Desa {village}, {regency}").village == code
    assert place(f"sampah, di Desa {village} ,{regency}, sudah lama", title="bau, kotor").village == code
    assert place(f"sampah, di Desa {village} {regency}, sudah lama", title="bau, kotor").village == elsewhere
