"""Applies the rules of law to a complaint: which agencies a rule names at its place."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final

from complaints.values import MissingPart
from normalizer.places.gazetteer import PROVINCE
from normalizer.results import PlaceReading
from normalizer.tiers.whose import is_of_province
from router.agencies.mentions import Mention
from router.agencies.registry import DKI, Agency, Registry
from router.allotments.edition import Allotments, Edition, Named, divided, in_order
from router.facts import Facts
from router.rulebook.reasons import Reasons
from router.rulebook.rules import Owner, Rule, Rules

_MOST_KEPT: Final = 20_000
"""Maximum number of results that are kept, each a short list of about 500 bytes; if there are more, all are forgotten first."""

_REGENCY: Final = 2
"""Number of PlaceReading.codes down to the regency."""

_PROVINCES: Final = " province"
"""The suffix of the key for a matter of a province: its local units are the province's."""

_NONE: Final[tuple[str, ...]] = ()

LEVELS: Final = {"province": 0, "local": 1, "district": 2, "village": 3}
"""For each level of a unit ("dishub@local"), the index in PlaceReading.codes of the region to which it belongs."""


@dataclass(slots=True, eq=False)
class Owning:
    """An agency that a rule names as an owner of its subject.

    Attributes:
        agency: the agency.
        why: the reason as the citizen reads it, with the law.
        law: the law with its articles.
        weight: its part in the subject's score.
        decided: whether its government's own division of tasks gives it the subject, and not only numbers of reports.
    """

    agency: Agency
    why: str
    law: str
    weight: float
    _: KW_ONLY
    decided: bool = False


class Owners:
    """The rules applied to the agencies of a registry.

    Results are kept by subject, place and the rule's word groups that the text has, at most _MOST_KEPT of them. The place counts down to
    the regency, for rules with an owner below that level down to the village.
    """

    def __init__(self, rules: Rules, registry: Registry, allotments: Allotments | None = None) -> None:
        """Take the law and the agencies; other rules or another registry need another object."""
        self.rules = rules
        self.registry = registry
        self._allotments = allotments or Allotments()
        self.divides = bool(self._allotments.editions)
        self.reasons = Reasons(registry)
        self._kept: dict[tuple[str, tuple[str | None, ...], tuple[str, ...], str], list[Owning]] = {}

    def of(self, rule: Rule, facts: Facts) -> Sequence[Owning]:
        """Return the agencies that a rule names for these facts, in the rule's order; callers must not change the list, which is cached.

        An owner is left out if its conditions do not hold, or if it has no agency at the place. A national agency is
        listed once. Units of a government that has its own division of tasks are those of the division.
        """
        place, groups = facts.place, facts.reading.groups
        where = place.codes if rule.deep or self.divides else place.codes[:_REGENCY]
        how = f"{facts.home} {facts.day} {facts.within}" if self.divides else facts.home
        if where[1] is None and where[0] is not None and is_of_province(groups, place):
            how += _PROVINCES
        said = _NONE if not rule.words else tuple([word for word in rule.words if word in groups])
        key = (rule.subject, where, said, how)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        named = self._named(rule, facts)
        found = [Owning(one.agency, self._why(one), one.owner.law, one.weight, decided=one.decided) for one in named]
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = found
        return found

    def editions(self, facts: Facts) -> list[Edition]:
        """Return the divisions of tasks of the governments of the place, as they are on the day of these facts."""
        return [one for one in dict.fromkeys(self._allotments.of_place(facts.place, facts.day)) if one is not None]

    def named_unit(self, mention: Mention, facts: Facts, editions: Sequence[Edition]) -> Agency | None:
        """Return the unit of a government with an allotment that a text names, by its own or a usual name; None if it names none."""
        target, registry = mention.target, self.registry
        usual = local_unit(target.agency, facts.place, registry) if target.is_unit and target.agency else None
        government = registry.government_of(usual) if usual else None
        for edition in editions:
            if mention.own.endswith(f"-{edition.region}"):
                return edition.named(mention.own, registry)
            if usual and government and government.id == f"pemda-{edition.region}":
                return edition.now(usual)
        return None

    def gone(self, facts: Facts) -> list[str]:
        """Return the ids of the usual units that the governments of the place do not have on the day of these facts."""
        return self._allotments.gone(facts.place, facts.day)

    def _named(self, rule: Rule, facts: Facts) -> list[Named]:
        owners: list[tuple[Owner, Agency]] = []
        for owner in rule.owners:
            agency = locate_for(owner, facts, self.registry) if owner_fits(owner, facts) else None
            if agency and (owner.level or all(one is not agency for _, one in owners)):
                owners.append((owner, agency))
        named = in_order(owners, facts.home)
        if self.divides:
            for edition in self.editions(facts):
                named = divided(named, rule, facts, edition, self.registry)
        return named

    def _why(self, named: Named) -> str:
        """Return the reason of law for an owner; for a unit from a government's own division of tasks, it also names the government."""
        why = self.reasons.of(named.owner, named.agency)
        if not named.divided:
            return why
        government = self.registry.government_of(named.agency)
        return f"{why}, menurut pembagian tugas {government.name}" if government else why


def owner_fits(owner: Owner, facts: Facts) -> bool:
    """Return whether the conditions of an owner hold: its word groups and its regions."""
    if owner.always:
        return True
    groups, place = facts.reading.groups, facts.place
    return (
        all(need in groups for need in owner.needs)
        and not any(word in groups for word in owner.unless)
        and (not owner.regions or place.regency in owner.regions or place.province in owner.regions)
        and not (owner.placeless and place.province)
    )


def lacks_place(rule: Rule | None, facts: Facts, registry: Registry) -> bool:
    """Return whether the rule's first owner whose conditions hold is a unit of a region that is not known; False if there is none.

    The province alone is enough for a unit of the province, and for a matter of the province. An owner with `if_placed` does not count.
    """
    if is_of_province(facts.reading.groups, facts.place):
        return False
    for owner in rule.owners if rule else ():
        if owner_fits(owner, facts):
            if not owner.level or locate_for(owner, facts, registry):
                return False
            if not owner.if_placed:
                return True
    return False


def undecided(rule: Rule | None, facts: Facts) -> MissingPart | None:
    """Return the part that the citizen must be asked for, because the owner's tier depends on it and the text does not tell it; or None.

    In a city it is None: the city runs the roads and hospitals in it, unless the text says otherwise (UU 38/2004 Pasal 16).
    """
    if rule is None or not rule.asks or _is_city(facts.place.regency or facts.place.province):
        return None
    groups = facts.reading.groups
    doubtful = any(all(word in groups for word in words) for words in rule.doubtful)
    return rule.asks if doubtful and rule.settled.isdisjoint(groups) else None


def stands_in(rule: Rule | None, facts: Facts) -> bool:
    """Return whether a national body gets a complaint only because its place is not known, so that a local agency may own it.

    False for a question about a rule, which the national body answers, unless it is about the citizen's own document (UU 23/2006 Pasal 7).
    """
    if rule is None or facts.place.province is not None:
        return False
    groups = facts.reading.groups
    if "question" in groups and "own_document" not in groups:
        return False
    first = next((owner for owner in rule.owners if owner_fits(owner, facts)), None)
    return first is not None and first.placeless


def is_doubtful(rule: Rule | None, facts: Facts) -> bool:
    """Return whether the owner's tier depends on something that the text does not tell and the citizen is not asked for.

    Also True if the first owner is left out because its province is not known (Owner.if_placed).
    """
    if rule is None:
        return False
    if rule.if_placed and facts.place.province is None:
        first = next((owner for owner in rule.owners if owner_fits(owner, facts)), None)
        return first is not None and first.if_placed
    if not (rule.unsure or rule.unsure_in_city):
        return False
    groups = facts.reading.groups
    if not rule.sure.isdisjoint(groups):
        return False
    if not rule.unsure_in_city.isdisjoint(groups) and _is_city(facts.place.regency) and facts.place.province != DKI:
        return True
    return any(all(word in groups for word in words) for words in rule.unsure)


def _is_city(code: str | None) -> bool:
    """Return whether a Kemendagri code is that of a city or of DKI Jakarta. True for None: then the place is asked for first."""
    return code is None or code[:PROVINCE] == DKI or code[PROVINCE + 1 : PROVINCE + 2] == "7"


def local_unit(unit: str, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return the place's unit of a kind ("dishub"): the regency's, or the province's if the regency has none.

    In DKI Jakarta it is the province's, except for branches of national agencies.
    Return None if the regency is not known (except in DKI Jakarta) or if neither has such a unit.
    """
    code = place.regency or (DKI if place.province == DKI else None)
    return registry.unit_over(unit, code) if code else None


def locate_for(owner: Owner, facts: Facts, registry: Registry) -> Agency | None:
    """Return an owner's agency at the place of these facts; for a matter of a province, the province's unit instead of a regency's."""
    agency = locate(owner, facts.place, registry)
    if agency is None and owner.level == "local" and facts.place.province is not None:
        return (
            registry.unit(owner.body, facts.place.province)
            if is_of_province(facts.reading.groups, facts.place)
            else None
        )
    return agency


def locate(owner: Owner, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return an owner's agency at the place: the agency itself if it is national, otherwise the unit of the region of the owner's level.

    In DKI Jakarta the province's unit also takes the place of a regency's, except for branches of national agencies.
    Return None if the place is not known down to that level, or if the region has no such unit.
    """
    if not owner.level:
        return registry.get(owner.body)
    if place.province == DKI and owner.level in {"local", "province"}:
        return registry.unit_over(owner.body, place.regency or DKI)
    code = place.codes[LEVELS[owner.level]]
    return registry.unit(owner.body, code) if code else None
