"""The names that the data files may refer to: agencies, units, word groups, subjects, statutes, regions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from router.agencies.registry import Agency, Registry
from router.rulebook.statutes import Statutes
from router.rulebook.tiers import LOCAL, NATIONAL, PROVINCIAL, Tier, tier_of

_LEVELS: Mapping[str, Tier] = {"local": LOCAL, "province": PROVINCIAL, "district": LOCAL, "village": LOCAL}
_EXAMPLES: Mapping[str, str] = {"local": "33.24", "province": "33", "district": "33.24.01", "village": "33.24.01.2001"}
"""By level, the code of a region that has most kinds of unit."""

_SMALL: Mapping[str, Tier] = {"kec": LOCAL, "kel": LOCAL, "polsek": NATIONAL, "kua": NATIONAL}
"""The offices that each district or village has, with their tiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All names that exist. The models ask it for each name that a data file refers to.

    Attributes:
        registry: the agencies, the kinds of unit and the regions.
        groups: the word groups that a text can have.
        subjects: the ids of the subjects that have words.
        ruled: the ids of the subjects that have a rule.
        topics: the categories of LAPOR!, by `topic_key`.
        types: the types of named things.
        statutes: the statutes.
        today: the day on which the statutes must be in force.
        asked: the word groups that something asked for so far.
        ends: the days on which statutes that something named so far will cease to hold.
    """

    registry: Registry
    groups: Collection[str]
    subjects: Collection[str]
    ruled: Collection[str]
    topics: Collection[str]
    types: Collection[str]
    statutes: Statutes
    today: date
    asked: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)

    def is_agency(self, one: str) -> bool:
        """Return whether an agency has this id."""
        return self.registry.get(one) is not None

    def is_unit(self, one: str) -> bool:
        """Return whether a kind of local unit has this id."""
        return one in self.registry.units

    def is_region(self, code: str) -> bool:
        """Return whether a region has this code."""
        return code in self.registry.gazetteer.names

    def tier(self, written: str) -> Tier | None:
        """Return the tier of an owner as rules.yaml writes it ("pln", "dishub@local"); None if there is no such agency or unit."""
        body, _, level = written.partition("@")
        if not level:
            agency = self.registry.get(body)
            return tier_of(agency, self.registry) if agency else None
        if body in _SMALL:
            return _SMALL[body]
        template = self.registry.units.get(body)
        if template is None:
            return None
        return NATIONAL if "national" in template else _LEVELS.get(level)

    def example(self, written: str) -> Agency | None:
        """Return the agency that an owner as rules.yaml writes it means, for a unit in an example region; None if there is none."""
        body, _, level = written.partition("@")
        return self.registry.get(f"{body}-{_EXAMPLES[level]}" if level else body)

    def against(self, law: str) -> str:
        """Return what is wrong with the statutes that a law names; empty if all are listed and in force."""
        listed = {one.name for one in self.statutes}
        today = self.today.isoformat()
        for reference in self.statutes.references(law):
            statute = reference.statute
            if statute.name not in listed:
                return f"statutes.yaml lacks {statute.name}"
            if statute.until and statute.until <= today[: len(statute.until)]:
                return f"{statute.name} holds no more since {statute.until}"
            if statute.since > today[: len(statute.since)]:
                return f"{statute.name} does not hold before {statute.since}"
            if statute.until:
                self.ends.add(statute.until)
        return ""
