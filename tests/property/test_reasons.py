"""The reason that a citizen reads names the tier of the agency that owns the case, for every rule, owner and place.

What a reason names is read here with words of this test's own, not with those of the code.
"""

import functools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.places.gazetteer import lineage
from normalizer.results import PlaceReading
from normalizer.things.table import Things
from router.agencies.registry import Agency, Registry
from router.owners import locate
from router.rulebook.reasons import Reasons
from router.rulebook.rules import MINISTER, POLICE_AUDITOR, STAFF, Rules
from router.rulebook.tiers import tier_name, tier_of
from tests.harness.tables import each_row

REGISTRY = Registry.load()
REASONS = Reasons(REGISTRY)
RULES = Rules.load()
OWNERS = [(subject, owner) for subject, rule in RULES.subjects.items() for owner in rule.owners]
VILLAGES = sorted(code for code in REGISTRY.gazetteer.names if len(code) > len("33.74.01"))

TIERS = {
    "national": re.compile(
        r"\b(?:pusat|nasional|negara|menteri|kementerian|presiden|republik|ditjen|direktorat jenderal|antarprovinsi)\b"
    ),
    "province": re.compile(r"\b(?:provinsi|propinsi|pemprov|gubernur)\b"),
    "regency": re.compile(r"\b(?:kabupaten|kota|pemkab|pemkot|bupati|wali ?kota)\b"),
}
"""The words by which a citizen understands a tier."""

OFFICE = re.compile(
    r"\b(?:dinas|badan|satuan(?! tugas)|bagian|biro|inspektorat|direktorat jenderal|kementerian(?! yang)|komisi|lembaga|perum|otorita)"
    r"\b(?! dari)(?: [a-z]+){1,2}"
)
"""The beginning of an office's name."""

EMPTY = frozenset(("daerah", "dan", "itu", "setempat", "yang", "untuk", "dari", "di", "atau"))
"""Words behind such a beginning that name no office."""

LOCAL_GOVERNMENT = re.compile(r"\bpemerintah (?:daerah|kabupaten|kota|provinsi)\b")


def told(reason: str, agency: Agency) -> str:
    """Return what a reason says, in small letters, without the name of the agency's own government."""
    return reason.replace(tier_name(agency, REGISTRY), "").lower()


def tiers_in(text: str) -> set[str]:
    """Return the tiers that a citizen understands. The names of two offices have a word for a tier and are taken out."""
    plain = re.sub(r"badan (?:pusat statistik|kepegawaian negara)|perusahaan umum|aparatur sipil negara", "", text)
    return {tier for tier, words in TIERS.items() if words.search(plain)}


@functools.cache
def names_of(agency_id: str) -> tuple[re.Pattern[str], list[set[str]]]:
    """Return what finds a name of an agency, of one above it or of one below it, and the words of each of these names."""
    agency = REGISTRY.get(agency_id)
    assert agency is not None
    above = [agency, *REGISTRY.parents(agency.id)]
    house = [one for one in above if one.id != REGISTRY.administrator_id or one is agency]
    house += [body for body in REGISTRY.bodies.values() if agency.id in {one.id for one in REGISTRY.parents(body.id)}]
    ids, kind = {one.id for one in house}, agency.id.rpartition("-")[0]
    templates = [
        template
        for key, template in REGISTRY.units.items()
        if key == kind or template.get("under", "") == kind or template.get("national") in ids
    ]
    names = [name.lower() for one in house for name in (one.name, *one.aliases)]
    names += [name.lower() for template in templates for name in (template["name"], *template["aliases"])]
    known = [set(re.findall(r"[a-z]+", name.replace("ditjen", "direktorat jenderal"))) for name in names]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b"), known


def is_of_another(text: str, agency: Agency) -> bool:
    """Return whether a text names offices, and none of them is the agency, one above it or one below it."""
    offices = [[word for word in found.split() if word not in EMPTY] for found in OFFICE.findall(text)]
    offices = [words for words in offices if len(words) > 1]
    if not offices:
        return False
    own, known = names_of(agency.id)
    return not own.search(text) and not any(set(words) <= name for words in offices for name in known)


def test_the_words_of_this_test_see_what_a_reason_names() -> None:
    """A test that saw nothing would pass whatever the code said."""
    assert tiers_in("jalan ini adalah urusan pemerintah pusat") == {"national"}
    assert tiers_in("jalan provinsi adalah urusan gubernur") == {"province"}
    assert tiers_in("diurus pemkab dan bupati") == {"regency"}
    said = "ketertiban umum dan penegakan perda dijalankan satuan polisi pamong praja"
    traffic, order = REGISTRY.get("dishub-33.74"), REGISTRY.get("satpolpp-33.74")
    assert traffic is not None
    assert order is not None
    assert is_of_another(said, traffic)
    assert not is_of_another(said, order)
    named = [owner for _, owner in OWNERS if OFFICE.search(owner.reason.lower())]
    assert len(named) > 50


@each_row
def test_a_reason_that_names_another_unit_is_not_said(reason: str, agency: str, fits: bool) -> None:
    """Units of governments count as listed agencies do."""
    found = REGISTRY.get(agency)
    assert found is not None
    assert REASONS.fits(reason, found) is fits


def test_the_reason_for_a_thing_never_contradicts_its_route() -> None:
    """A thing's own agency gets the report because the thing is a matter of that agency's tier, or is run by that company."""
    seen = 0
    for thing in Things.load().all:
        agency = REGISTRY.get(thing.owner) if thing.owner else None
        if agency is None:
            continue
        said = REASONS.of_thing(thing, agency)
        assert said.endswith(f" ({thing.law})"), said
        plain = told(said.replace(thing.name, "").replace(agency.name, "").removesuffix(f" ({thing.law})"), agency)
        assert tiers_in(plain) <= {tier_of(agency, REGISTRY)}, said
        seen += 1
    assert seen


def test_the_reason_for_looking_into_abuse_of_office_never_contradicts_its_route() -> None:
    """It names no other agency or tier than the one that looks into it."""
    oversight = RULES.oversight
    units = ("inspektorat-33", "inspektorat-33.74", "dprd-33", "dprd-33.74")
    found = [
        (one, oversight.basis(one, in_region=False)) for one in (*oversight.bases, *oversight.national.values(), *units)
    ]
    found += [("inspektorat-33.74", oversight.bases[STAFF]), ("kemenkes", oversight.bases[MINISTER])]
    found.append((oversight.police, oversight.bases[POLICE_AUDITOR]))
    seen = set()
    for agency_id, basis in found:
        agency = REGISTRY.get(agency_id)
        if agency is None:
            continue
        reason = basis.why.removesuffix(f" ({basis.law})")
        assert REASONS.fits(reason, agency), reason
        assert tiers_in(told(reason, agency)) <= {tier_of(agency, REGISTRY)}, reason
        assert not is_of_another(told(reason, agency), agency), reason
        seen.add(basis.law)
    assert seen == {basis.law for basis in oversight.bases.values()}


@settings(max_examples=20)
@given(code=st.sampled_from(VILLAGES))
def test_a_reason_never_contradicts_its_route(code: str) -> None:
    """No reason names another tier than the owner's, or another agency or unit; and the law stands behind it."""
    for subject, owner in OWNERS:
        agency = locate(owner, PlaceReading(lineage(code), "named"), REGISTRY)
        if agency is None:
            continue
        said = REASONS.of(owner, agency)
        reason = said.removesuffix(f" ({owner.law})")
        assert said != reason, subject
        assert "{" not in said
        plain = told(reason, agency)
        tier = tier_of(agency, REGISTRY)
        assert tiers_in(plain) <= {tier}, said
        assert not is_of_another(plain, agency), said
        assert tier != "national" or not LOCAL_GOVERNMENT.search(plain), said
