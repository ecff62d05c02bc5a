"""The findings of a review of the accused and of the said owner: each text must reach the one whom the law names, with his own law."""

from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row

ROUTER = Router.load()


def decided(text: str) -> tuple[str, float, str, Reading]:
    """Return the owner of a text, its confidence, the explanation and the reading."""
    facts = Facts(ROUTER.reader.read(text))
    decision = ROUTER.decide(facts)
    return decision.owner.id, decision.confidence, decision.explanation, facts.reading


def test_the_staff_of_an_unknown_region_goes_to_a_triage_desk() -> None:
    """Neither the ministry of the subject nor its inspectorate looks into a village head."""
    decision = ROUTER.decide(Facts(ROUTER.reader.read("Kades kami minta uang 2 juta untuk sertifikat tanah")))
    assert decision.triage


@each_row
def test_each_overseer_has_its_own_law(law: str, text: str) -> None:
    """UU 23/2014 Pasal 216 is about inspectorates of regions only."""
    explanation = decided(text)[2]
    assert law in explanation
    assert ("Pasal 216" in explanation) == ("Pasal 216" in law)


def test_corruption_at_the_kpk_does_not_cite_the_end_of_the_task_force() -> None:
    """Perpres 49/2025 only ended Saber Pungli; illegal levies of regional staff are not examined by the centre."""
    found, _, explanation, _ = decided("Saya mau lapor ke KPK soal suap proyek")
    assert found == "kpk"
    assert "Perpres 49/2025" not in explanation
    assert "pungutan liar" not in explanation


@each_row
def test_an_owner_of_another_tier_than_the_said_one_is_doubtful(text: str) -> None:
    """If the law knows no owner of the said tier, the tier stays and the confidence falls."""
    assert decided(text)[1] <= ROUTER.rules.undecided


@each_row
def test_staff_of_the_revenue_office_at_a_samsat_are_the_provinces(owner: str, text: str) -> None:
    """UU 1/2022 Pasal 4: the province levies the tax; the police there only register."""
    found, _, explanation, _ = decided(text)
    assert found == owner
    assert "Pasal 216 dan 385" in explanation


@each_row
def test_only_an_accused_overseer_of_the_police_is_examined_by_his_superior(text: str, *, auditor: bool) -> None:
    """PP 2/2003 Pasal 17."""
    assert ("pengawas internal kepolisian diperiksa" in decided(text)[2]) == auditor
