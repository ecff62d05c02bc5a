"""Applies a government's own division of tasks to the owners that the law names for a subject."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from normalizer.places.gazetteer import PROVINCE
from router.agencies.registry import Agency, Registry
from router.allotments.edition import Allotted, Edition
from router.facts import Facts
from router.rulebook.rules import Owner, Rule

RANK_DECAY: Final = 0.35
"""Several owners of a subject in order: each has the weight of the one before it, multiplied by this factor."""

DEFAULT_REPORTS: Final = 4.0
"""Number of a government's reports that weigh as much as the national default for a subject, so that one odd report moves nothing.
From one to four made no difference on halves of the reports of three cities."""


class Named(NamedTuple):
    """An agency that the law, or a government's division of tasks, names as an owner of a subject.

    Attributes:
        owner: the owner in the rule of law; for a unit of a division, the one in whose place it is.
        agency: the agency at the place.
        weight: its part in the subject's score.
        divided: whether the government's own division of tasks names it.
        decided: whether a person gave it the subject there before all others: the file names units, not numbers of reports.
    """

    owner: Owner
    agency: Agency
    weight: float
    divided: bool = False
    decided: bool = False


def in_order(owners: Sequence[tuple[Owner, Agency]], home: str) -> list[Named]:
    """Return the owners that the law names, with their weights.

    A complaint that came through a government's own channel is first looked at within that government if it shares the responsibility with
    a national body: if that is the first owner, and no condition of the text decided for it. Between tiers of governments the law decides.
    """
    if home and owners and not owners[0][0].needs and not owners[0][0].level:
        owners = sorted(owners, key=lambda one: not (_is_home(one[1], home) and not one[0].needs))
    return [Named(owner, agency, RANK_DECAY**place) for place, (owner, agency) in enumerate(owners)]


def _is_home(agency: Agency, home: str) -> bool:
    region = agency.region or ""
    return region.startswith(home) and (len(region) == len(home) or len(home) > PROVINCE)


def divided(named: list[Named], rule: Rule, facts: Facts, edition: Edition, registry: Registry) -> list[Named]:
    """Return the owners of a subject with the units of a government as its own division of tasks names them.

    Its units take the place of the first of its owners in the order. If the division counts reports, the weights are their shares,
    beside the national default; otherwise they fall from one unit to the next. Units that it does not move only get their own names.
    If the law names none of its owners, its units count only if the choice is within the government.
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

    The shares of counted reports are multiplied so that together they weigh as much as a long list in order does.
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
