"""The reason that a citizen reads names the tier of the agency that owns the case, for every rule, owner and place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.places.gazetteer import lineage
from normalizer.results import PlaceReading
from normalizer.things.table import Things
from router.agencies.registry import Registry
from router.owners import locate
from router.rulebook.reasons import Reasons
from router.rulebook.rules import Owner, Rules
from router.rulebook.tiers import PLACEHOLDER, tier_name, tier_of, tiers_named

REGISTRY = Registry.load()
REASONS = Reasons(REGISTRY)
RULES = Rules.load()
OWNERS = [(subject, owner) for subject, rule in RULES.subjects.items() for owner in rule.owners]
VILLAGES = sorted(code for code in REGISTRY.gazetteer.names if len(code) > len("33.74.01"))


def test_the_reason_for_a_thing_never_contradicts_its_route() -> None:
    """A thing's own agency gets the report because the thing is a matter of that agency's tier, or is run by that company."""
    told = 0
    for thing in Things.load().all:
        agency = REGISTRY.get(thing.owner) if thing.owner else None
        if agency is None:
            continue
        said = REASONS.of_thing(thing, agency)
        assert said.endswith(f" ({thing.law})"), said
        plain = said.replace(thing.name, "").replace(tier_name(agency, REGISTRY), "").replace(agency.name, "")
        assert tiers_named(plain) <= {tier_of(agency, REGISTRY)}, said
        told += 1
    assert told


@pytest.mark.parametrize(("subject", "owner"), OWNERS, ids=lambda one: one if isinstance(one, str) else one.body)
@settings(max_examples=20)
@given(code=st.sampled_from(VILLAGES))
def test_a_reason_never_contradicts_its_route(subject: str, owner: Owner, code: str) -> None:
    """No reason names another tier than the owner's, or another agency; and the law stands behind it."""
    agency = locate(owner, PlaceReading(lineage(code), "named"), REGISTRY)
    if agency is None:
        return
    said = REASONS.of(owner, agency)
    reason = said.removesuffix(f" ({owner.law})")
    assert said != reason, subject
    assert PLACEHOLDER not in said
    plain = reason.replace(tier_name(agency, REGISTRY), "")
    assert tiers_named(plain) <= {tier_of(agency, REGISTRY)}
    assert REASONS.fits(plain, agency)
