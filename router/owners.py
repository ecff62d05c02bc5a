"""Applies the rules of law to a complaint: which agencies a rule names at its place, and who looks into an agency."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from normalizer.places.gazetteer import PROVINCE
from normalizer.results import PlaceReading, Reading
from normalizer.things.matching import without
from router.agencies.registry import DKI, Agency, Registry
from router.reasons import Reasons
from router.rules import Owner, Rule, Rules

Groups = Mapping[str, Sequence[int]]
"""The word groups that a text has, each with the positions of its words."""

NO_GROUPS: Final[Groups] = {}

_ACCUSED_BEFORE: Final = 2
_ACCUSED_AFTER: Final = 3
"""Maximum distance in words of an accusation before and after the title of a head of region (the region's name may come between)."""

_OTHER_DOOR: Final = 0.3
"""Share of the score of an agency that may also look into the head of a region."""

_MOST_KEPT: Final = 20_000
"""Maximum number of results that are kept, each a short list of about 500 bytes; if there are more, all are forgotten first."""

_REGENCY: Final = 2
"""Number of PlaceReading.codes down to the regency."""

_LEVELS: Final = {"province": 0, "local": 1, "district": 2, "village": 3}
"""For each level of Owner.level, the index in PlaceReading.codes of the region to which the unit belongs."""


class Hints(NamedTuple):
    """What is known besides the text.

    Attributes:
        addressed_to: the agency that the citizen chose or wrote; empty if none.
        tagged: other accounts that were tagged together with ours, without the @.
    """

    addressed_to: str = ""
    tagged: Sequence[str] = ()


_NO_HINTS: Final = Hints()


class Facts:
    """The facts on which a decision depends.

    Attributes:
        reading: what the text says.
        place: where it happened.
        oversight: whether it is about abuse of office.
        hints: what is known besides the text.
    """

    __slots__ = ("hints", "oversight", "place", "reading")

    def __init__(self, reading: Reading, complaint: Mapping[str, Any] | None = None) -> None:
        """Take the facts from a complaint, or from the reading alone.

        Args:
            reading: the reading of the text.
            complaint: the normalised complaint as plain data. Its place, oversight and hints take precedence over the reading's, because
                the channel may have asked the citizen about them (ADR 17).
        """
        self.reading = reading
        self.place = reading.place
        self.oversight = reading.oversight
        self.hints = _NO_HINTS
        if complaint is not None:
            self.place = _place_of(complaint.get("place"))
            if reading.things:
                reading.things = without(reading.things, self.place, reading.groups)
            self.oversight = bool(complaint.get("oversight"))
            if hints := complaint.get("hints"):
                self.hints = Hints(hints.get("addressed_to") or "", hints.get("tagged") or ())


class Owning:
    """An agency that a rule names as an owner of its subject.

    Attributes:
        agency: the agency.
        why: the reason as the citizen reads it, with the law.
        law: the law with its articles.
    """

    __slots__ = ("agency", "law", "why")

    def __init__(self, agency: Agency, why: str, law: str) -> None:
        self.agency = agency
        self.why = why
        self.law = law


class Owners:
    """The rules applied to the agencies of a registry.

    Results are kept by subject, place and the rule's word groups that the text has, at most _MOST_KEPT of them. The place counts down to
    the regency, for rules with an owner below that level down to the village.
    """

    __slots__ = ("_kept", "_reasons", "registry", "rules")

    def __init__(self, rules: Rules, registry: Registry) -> None:
        """Take the law and the agencies; other rules or another registry need another object.

        Args:
            rules: the law.
            registry: the agencies that exist.
        """
        self.rules = rules
        self.registry = registry
        self._reasons = Reasons(registry)
        self._kept: dict[tuple[str, tuple[str | None, ...], frozenset[str]], list[Owning]] = {}

    def of(self, rule: Rule, facts: Facts) -> Sequence[Owning]:
        """Return the agencies that a rule names for these facts, in the rule's order; callers must not change the list, which is kept.

        An owner is left out if its conditions do not hold, or if it has no agency at the place. A national agency is
        listed once.
        """
        place, groups = facts.place, facts.reading.groups
        where = place.codes if rule.deep else place.codes[:_REGENCY]
        key = (rule.subject, where, rule.words.intersection(groups))
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        found: list[Owning] = []
        for owner in rule.owners:
            agency = locate(owner, place, self.registry) if owner_fits(owner, facts) else None
            if agency and (owner.level or all(one.agency is not agency for one in found)):
                found.append(Owning(agency, self._reasons.of(owner, agency), owner.law))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = found
        return found


def _place_of(place: Mapping[str, Any] | None) -> PlaceReading:
    if not place:
        return PlaceReading()
    codes = (_code(place, "province"), _code(place, "regency"), _code(place, "district"), _code(place, "village"))
    return PlaceReading(codes=codes, how="named" if any(codes) else "none")


def _code(place: Mapping[str, Any], level: str) -> str | None:
    region = place.get(level)
    return region["code"] if region else None


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

    The province alone is enough for a unit of the province. An owner with `if_placed` does not count.
    """
    for owner in rule.owners if rule else ():
        if owner_fits(owner, facts):
            if not owner.level or locate(owner, facts.place, registry):
                return False
            if not owner.if_placed:
                return True
    return False


def undecided(rule: Rule | None, facts: Facts) -> str:
    """Return the part that the citizen must be asked for, because the owner's tier depends on it and the text is silent; or "".

    Not in a city: it runs the roads and hospitals in it of which nothing else is known (UU 38/2004 Pasal 16).
    """
    if rule is None or not rule.asks or _is_city(facts.place.regency or facts.place.province):
        return ""
    groups = facts.reading.groups
    return "" if rule.doubtful.isdisjoint(groups) or not rule.settled.isdisjoint(groups) else rule.asks


def is_doubtful(rule: Rule | None, facts: Facts) -> bool:
    """Return whether the owner's tier depends on what neither the text tells nor the citizen is asked for.

    It also does if the first owner is left out because its province is not known (Owner.if_placed).
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
    """Return whether a Kemendagri code is that of a city, or of DKI Jakarta; True if nothing is known: then the place is asked for."""
    return code is None or code[:PROVINCE] == DKI or code[PROVINCE + 1 : PROVINCE + 2] == "7"


def local_unit(unit: str, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return the place's unit of a kind ("dishub"): the regency's, or the province's if the regency has none.

    In DKI Jakarta it is the province's, except for branches of national agencies.
    Return None if the regency is not known (except in DKI Jakarta) or if neither has such a unit.
    """
    code = place.regency or (DKI if place.province == DKI else None)
    return registry.unit_over(unit, code) if code else None


def locate(owner: Owner, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return an owner's agency at the place: the agency itself if it is national, otherwise the unit of the region of the owner's level.

    In DKI Jakarta the province's unit is meant for a regency's too, except for branches of national agencies.
    Return None if the place is not known down to that level, or if the region has no such unit.
    """
    if not owner.level:
        return registry.get(owner.body)
    if place.province == DKI and owner.level in {"local", "province"}:
        return registry.unit_over(owner.body, place.regency or DKI)
    code = place.codes[_LEVELS[owner.level]]
    return registry.unit(owner.body, code) if code else None


def watchdog_of(agency: Agency, rules: Rules, registry: Registry, groups: Groups = NO_GROUPS) -> Agency | None:
    """Return the agency that looks into abuse of office in an agency: usually an inspectorate, sometimes the agency itself.

    The rule for the agency applies, or else that for its nearest parent that has one; None if there is none.
    If the head of a regional government is accused, the inspectorate of the Ministry of Home Affairs looks into a governor, and that of
    the province into a regent or mayor (UU 23/2014 Pasal 373 to 380).

    Args:
        agency: the agency that is complained of.
        rules: the rules, which say who looks into national agencies.
        registry: the agencies that exist.
        groups: the word groups of the text with their positions; they show whether a head of region is accused.
    """
    for body in (agency, *registry.parents(agency.id)):
        if body.id == "polri":
            return registry.get(rules.oversight.police)
        if body.id in rules.oversight.itself:
            return body
        if body.id in rules.oversight.national:
            return registry.get(rules.oversight.national[body.id])
        if body.kind == "government" and body.region:
            return _over_government(body.region, rules, registry, groups)
    return None


def accused(facts: Facts, rules: Rules) -> list[tuple[str, float]]:
    """Return the ids of the agencies that look into the heads of regions whom the reader found accused, each with its share of the score.

    Empty if there are none. The Corruption Eradication Commission is the other door for a governor (UU 19/2019 Pasal 11).
    """
    groups, place = facts.reading.groups, facts.place
    if "accused_governor" in groups:
        return [(rules.oversight.national["kemendagri"], 1.0), ("kpk", _OTHER_DOOR)]
    if "accused_mayor" in groups and place.province and place.province != DKI:
        return [(f"inspektorat-{place.province}", 1.0), (rules.oversight.national["kemendagri"], _OTHER_DOOR)]
    return []


def _over_government(region: str, rules: Rules, registry: Registry, groups: Groups) -> Agency | None:
    mayor = _is_accused("mayor", groups)
    if _is_accused("governor", groups) or (mayor and len(region) == PROVINCE):
        return registry.get(rules.oversight.national["kemendagri"])
    return registry.unit("inspektorat", region[:PROVINCE] if mayor else region)


def _is_accused(head: str, groups: Groups) -> bool:
    """Return whether the text accuses a head of region; not "mohon pak bupati ...".

    It does if an accusation is near his title ("bupati X diduga ..."), or if the reader found that he takes money or is the one who acts.
    """
    if f"accused_{head}" in groups:
        return True
    if f"told_{head}" in groups:
        return False
    accusations = groups.get("accusation", ())
    return any(-_ACCUSED_BEFORE <= at - named <= _ACCUSED_AFTER for named in groups.get(head, ()) for at in accusations)
