"""Formats the rules of law that apply to a report, for people."""

from collections.abc import Iterator

from router.facts import Facts
from router.owners import locate_for, owner_fits
from router.routing import Router
from router.rulebook.rules import Owner, Rule
from router.rulebook.statutes import UNVERIFIED, VERIFIED, in_force, is_verified
from router.rulebook.tiers import tier_of


def lines_for(text: str, router: Router) -> list[str]:
    """Return lines that show the rule of each subject of a report, the most likely subject first; empty if no subject is clear."""
    reading = router.reader.read(text)
    named = router.rules.subjects.get(text.strip())
    rules = [named] if named else [router.rules.subjects.get(subject.id) for subject in reading.subjects]
    facts = Facts(reading)
    return [line for rule in rules if rule for line in _lines(rule, facts, router)]


def _lines(rule: Rule, facts: Facts, router: Router) -> Iterator[str]:
    name = router.subject_names.get(rule.subject, "")
    yield f"{rule.subject} ({name})"
    for owner in rule.owners:
        yield "  " + "\t".join((_mark(owner, facts), *_owner(owner, facts, router), *_law(owner)))


def _mark(owner: Owner, facts: Facts) -> str:
    return "*" if owner_fits(owner, facts) else " "


def _owner(owner: Owner, facts: Facts, router: Router) -> tuple[str, str, str]:
    agency = locate_for(owner, facts, router.registry)
    conditions = [f"if {word}" for word in owner.needs] + [f"unless {word}" for word in owner.unless]
    conditions += [f"in {', '.join(owner.regions)}"] if owner.regions else []
    conditions += ["if no place is known"] if owner.placeless else []
    conditions += ["if its region is known"] if owner.if_placed else []
    if agency is None:
        return f"{owner.body}@{owner.level}", owner.level, "; ".join(conditions) or "always"
    tier = tier_of(agency, router.registry)
    return f"{agency.id} {agency.name}", tier, "; ".join(conditions) or "always"


def _law(owner: Owner) -> tuple[str, str, str]:
    since, until = in_force(owner.references)
    held = f"since {since}" + (f" until {until}" if until else "")
    return owner.law, held, VERIFIED if is_verified(owner.references) else UNVERIFIED
