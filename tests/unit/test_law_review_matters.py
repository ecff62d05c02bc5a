"""What a lawyer's review found on matters at the wrong door, each with a second sentence of its kind."""

import pytest

from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


MATTERS = (
    # The tax on a change of owner is the province's, wherever it is paid (UU 1/2022 Pasal 4 and 12).
    (
        "bapenda-35",
        "BPKB hilang? bukan, ini soal bea balik nama motor bekas di samsat Sidoarjo, dimintai 400rb padahal BBN kedua sudah dihapus",
    ),
    ("bapenda-34", "Balik nama mobil bekas di samsat Sleman kok masih ditarik BBN, bukannya udah gratis?"),
    ("bapenda-35", "BBNKB di samsat Kota Malang masih dipungut untuk motor bekas"),
    ("polri", "mutasi motor dari Bantul ke Sleman cabut berkas lama di samsat"),
)


@pytest.mark.parametrize(("owners", "text"), MATTERS)
def test_a_matter_of_the_review_goes_to_its_owner(owners: str, text: str) -> None:
    """Each text goes to its owner; owners separated by commas are equally right."""
    assert owner_of(text) in owners.split(",")
