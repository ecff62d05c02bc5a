"""What a lawyer's review found on matters at the wrong door, each with a second sentence of its kind."""

from router.facts import Facts
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

ROUTER = Router.load()


test_story = stories_of(__file__)


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


@each_row
def test_a_matter_of_the_review_goes_to_its_owner(owners: str, text: str) -> None:
    """Each text goes to its owner; owners separated by commas are equally right."""
    assert owner_of(text) in owners.split(",")


def test_workers_who_are_not_insured_are_the_inspection_of_the_province() -> None:
    """Beside BPJS (UU 24/2011 Pasal 11) the province's inspection comes before the regency (UU 23/2014 Lampiran G)."""
    text = "Pabrik garmen di Boyolali gak daftarin buruh kontrak ke BPJS ketenagakerjaan, kalau sakit potong gaji"
    ranked = [one.agency.id for one in ROUTER.decide(Facts(ROUTER.reader.read(text))).ranked]
    assert ranked.index("disnaker-33") < ranked.index("disnaker-33.09")


def test_the_ombudsman_is_the_other_door_of_an_unanswered_report() -> None:
    """He is an alternative if the body was told; neighbours and unknown apps are no body."""
    told = "Sampah di pasar Boja Kabupaten Kendal menumpuk, sudah lapor ke dinas tidak ditanggapi"
    decision = ROUTER.decide(Facts(ROUTER.reader.read(told)))
    assert "ombudsman" in [one.agency.id for one in decision.ranked[:4]]
    told = "Atap SD di Kabupaten Jember bocor, sudah lapor pak RT tidak ditanggapi"
    decision = ROUTER.decide(Facts(ROUTER.reader.read(told)))
    assert "ombudsman" not in [one.agency.id for one in decision.ranked[:4]]
