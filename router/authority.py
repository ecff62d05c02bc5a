"""Weighs place, subject, level of government and what the citizen said into candidates for the owner."""

from collections.abc import Mapping
from dataclasses import dataclass

from complaints.event import Evidence, RoutingHints
from normalizer.reading import PlaceReading, Reading
from router.registry import DKI, Agency, Registry
from router.rules import Owner, Rule, Rules

NAMED_SCORE = 0.6
"""What the citizen's own choice of a body adds: often right, and never alone."""

RANK_DECAY = 0.35
"""Each further owner that the law names for a subject has this part of the score of the one before."""

SUBJECTS = 3
"""So many subjects of a text are followed; what comes after is noise."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body that may own the complaint, and why."""

    agency: Agency
    score: float
    rule: Rule | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision hangs on."""

    reading: Reading
    place: PlaceReading
    oversight: bool
    hints: RoutingHints


def candidates(facts: Facts, rules: Rules, registry: Registry) -> list[Candidate]:
    """Return the bodies that the rules name, best first; empty where none of the rules speaks."""
    scores: dict[str, float] = {}
    kept: dict[str, tuple[Agency, Rule | None, list[Evidence]]] = {}

    def add(agency: Agency | None, score: float, rule: Rule | None, evidence: Evidence) -> None:
        if not agency:
            return
        scores[agency.id] = scores.get(agency.id, 0.0) + score
        kept.setdefault(agency.id, (agency, rule, []))[2].append(evidence)

    subjects = facts.reading.subjects[:SUBJECTS]
    total = sum(score for _, score in subjects) or 1.0
    for subject, score in subjects:
        rule = rules.subjects.get(subject)
        if not rule:
            continue
        share = score / total
        for agency in _owners(rule, facts, registry):
            if facts.oversight:
                watchdog = _watchdog(agency, rules, registry)
                add(watchdog, share * 1.5, rule, _evidence("oversight", rules.oversight.law, share))
            add(agency, share, rule, _evidence(f"subject:{subject}", rule.law, share))
            share *= RANK_DECAY
    if facts.hints.addressed_to:
        seat = facts.place.regency or facts.place.province
        named = registry.resolve(facts.hints.addressed_to, seat)
        add(named, NAMED_SCORE, None, _evidence("addressed_to", "", NAMED_SCORE, facts.hints.addressed_to))
    ordered = sorted(scores, key=lambda key: (-scores[key], key))
    return [Candidate(kept[key][0], scores[key], kept[key][1], tuple(kept[key][2])) for key in ordered]


def _evidence(rule: str, law: str, weight: float, span: str = "") -> Evidence:
    return Evidence(rule=rule, law=law, weight=round(weight, 3), span=span)


def _owners(rule: Rule, facts: Facts, registry: Registry) -> list[Agency]:
    groups = facts.reading.groups
    found: list[Agency] = []
    for owner in rule.owners:
        if _fits(owner, groups, facts.place):
            agency = locate(owner, facts.place, registry)
            if agency:
                found.append(agency)
    return found


def _fits(owner: Owner, groups: Mapping[str, int], place: PlaceReading) -> bool:
    return (
        all(need in groups for need in owner.needs)
        and not any(word in groups for word in owner.unless)
        and (not owner.regions or place.regency in owner.regions or place.province in owner.regions)
    )


def locate(owner: Owner, place: PlaceReading, registry: Registry) -> Agency | None:
    """Return the body at its place, None where the place is not known so far down."""
    province, regency, district, village = place.codes
    if not owner.level:
        return registry.get(owner.body)
    seat = (
        DKI
        if province == DKI
        else {"local": regency, "province": province, "district": district, "village": village}[owner.level]
    )
    if owner.level in {"district", "village"}:
        seat = district if owner.level == "district" else village
    return registry.unit(owner.body, seat) if seat else None


def _watchdog(agency: Agency, rules: Rules, registry: Registry) -> Agency | None:
    """Return who looks into a body: its own inspectorate, not itself."""
    chain = (agency, *registry.parents(agency.id))
    for body in chain:
        if body.id == "polri":
            return registry.get(rules.oversight.police)
        if body.id in rules.oversight.itself:
            return body
        if body.id in rules.oversight.national:
            return registry.get(rules.oversight.national[body.id])
        if body.kind == "government" and body.region:
            return registry.unit("inspektorat", body.region)
    return None
