"""Applies a government's own division of tasks to the owners that the law names for a subject."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from normalizer.places.gazetteer import PROVINCE
from router.agencies.registry import Agency, Registry
from router.allotments.edition import Allotted, Edition
from router.facts import Facts
from router.rulebook.rules import Owner, Rule

RANK_DECAY: Final = 0.35
"""Factor between the weights of two successive owners of a subject: each weighs this much of the one before it."""

DEFAULT_REPORTS: Final = 4.0
"""Number of a government's reports that weigh as much as the national default for a subject, so that one odd report moves nothing.
Values from one to four made no difference when halves of the reports of three cities were compared."""


class Named(NamedTuple):
    """An agency that the law, or a government's division of tasks, names as an owner of a subject.

    Attributes:
        owner: the owner in the rule of law; for a unit from a division of tasks, the owner that it replaces.
        agency: the agency at the place.
        weight: its part in the subject's score.
        divided: whether the government's own division of tasks names it.
        decided: whether a person put it first for the subject, in a division of tasks that lists units and not numbers of reports.
    """

    owner: Owner
    agency: Agency
    weight: float
    divided: bool = False
    decided: bool = False


def in_order(owners: Sequence[tuple[Owner, Agency]], home: str) -> list[Named]:
    """Return the owners that the law names, with their weights.

    If a complaint came through a government's own channel and the first owner is a national body that the text did not select by a
    condition, the owners of that government without conditions come first. Between tiers of governments the law decides.
    """
    if home and owners and not owners[0][0].needs and not owners[0][0].level:
        owners = sorted(owners, key=lambda one: not (_is_home(one[1], home) and not one[0].needs))
    return [Named(owner, agency, RANK_DECAY**place) for place, (owner, agency) in enumerate(owners)]


def _is_home(agency: Agency, home: str) -> bool:
    region = agency.region or ""
    return region.startswith(home) and (len(region) == len(home) or len(home) > PROVINCE)


def divided(named: list[Named], rule: Rule, facts: Facts, edition: Edition, registry: Registry) -> list[Named]:
    """Return the owners of a subject after a government's own division of tasks is applied.

    The division's units replace the government's owners, at the place of the first of these. If it counts reports, the weights are their
    shares, mixed with the national default; otherwise each unit weighs less than the one before it. Owners of a subject that it does not
    name only get their own names. If the law names no owner of the government, its units count only if the choice is within it.
    """
    own = [one._replace(agency=edition.now(one.agency)) for one in named]
    allotted = edition.subjects.get(rule.subject, ())
    units = [(one, agency) for one in allotted if (agency := edition.agency(one.unit, facts.place, registry))]
    of_law = [one for one in own if _is_of(one.agency, edition, registry)]
    if not units or not (of_law or facts.within):
        return own
    others = [one for one in own if one not in of_law]
    before = own.index(of_law[0]) if of_law else len(own)
    owner = of_law[0].owner if of_law else rule.owners[0]
    top = RANK_DECAY**before
    found = [Named(owner, agency, top * share, divided=True) for agency, share in _shares(units, of_law)]
    if not any(one.reports for one, _ in units):
        found[0] = found[0]._replace(decided=True)
    after = [one._replace(weight=RANK_DECAY ** (before + 1 + place)) for place, one in enumerate(others[before:])]
    return others[:before] + found + after


def _shares(units: Sequence[tuple[Allotted, Agency]], of_law: Sequence[Named]) -> list[tuple[Agency, float]]:
    """Return the agencies that have the subject with their weights, the largest first.

    Shares of counted reports add up to 1 / (1 - RANK_DECAY), the sum of the weights of an endless list in order.
    """
    reports = sum(one.reports for one, _ in units)
    if not reports:
        return [(agency, RANK_DECAY**place) for place, (_, agency) in enumerate(units)]
    whole = (reports + (DEFAULT_REPORTS if of_law else 0.0)) * (1.0 - RANK_DECAY)
    defaults = sum(one.weight for one in of_law)
    shares: dict[str, tuple[Agency, float]] = {}
    for one, agency in units:
        shares[agency.id] = (agency, one.reports / whole)
    for named in of_law:
        agency, share = shares.get(named.agency.id, (named.agency, 0.0))
        shares[agency.id] = (agency, share + DEFAULT_REPORTS * named.weight / defaults / whole)
    return sorted(shares.values(), key=lambda one: -one[1])


def _is_of(agency: Agency, edition: Edition, registry: Registry) -> bool:
    """Return whether an agency is the government of an edition or a unit of it, not a branch of a national agency in its region."""
    government = registry.government_of(agency)
    return government is not None and government.id == f"pemda-{edition.region}"
