"""The law as data: who is responsible for each subject and in which case, and who investigates abuse of office."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from complaints.values import MissingPart
from normalizer.cache import parsed
from router.calibration import Knots
from router.rulebook.statutes import Reference, Statutes


@dataclass(frozen=True, slots=True)
class Owner:
    """One agency that the law names as an owner of a subject, and the conditions.

    Attributes:
        body: a national agency's id, or the kind of unit if `level` is set.
        level: "" for a national agency, otherwise the level of the region that the unit belongs to: "local" (the regency or city; the
            province in DKI Jakarta), "province", "district" or "village".
        needs: word groups that must all be in the text.
        unless: word groups, none of which may be in the text.
        regions: Kemendagri codes of the regions where this holds; everywhere if empty.
        placeless: whether this holds only if no place is known: the national agency that sets the rule or keeps the system answers a
            question that is of no place.
        if_placed: whether the owner is left out if its region is not known, instead of asking for the place: the next owner can act for
            the whole country.
        always: whether there are no conditions: `needs`, `unless` and `regions` are empty, and it is not `placeless`.
        reason: the reason of this owner or else that of the rule, with `tiers.PLACEHOLDER` for the government of the owner's tier.
        law: the law with its articles: the owner's own, or else the rule's.
        references: the same law, by statute.
    """

    body: str
    level: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    placeless: bool = False
    if_placed: bool = False
    always: bool = True
    reason: str = ""
    law: str = ""
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of law for one subject.

    Attributes:
        subject: the subject's id.
        law: the law with its articles.
        owners: the agencies that the law names; an earlier one takes precedence.
        asks: the part that the citizen is asked for, because the tier depends on it; None if none.
        doubtful: alternatives of word groups that make the tier doubtful if all groups of one are in the text.
        settled: word groups, any of which settles the tier, so that nothing is asked.
        unsure: alternatives of word groups that make the tier doubtful if all groups of one are in the text, although nothing is asked.
        unsure_in_city: word groups, any of which makes the tier doubtful in a city only, where the province has institutions too.
        sure: word groups, any of which removes this doubt.
        named: the score added to a national agency that the text names and the rule does not.
        label: the name of the rule in evidence, "subject:<id>".
        deep: whether at least one owner is the office of a district or village.
        if_placed: whether at least one owner has `if_placed`.
        words: the word groups in the conditions of its owners.
        bodies: the ids of its national owners and the kinds of unit of its local ones.
    """

    subject: str
    law: str
    owners: tuple[Owner, ...]
    asks: MissingPart | None
    doubtful: tuple[tuple[str, ...], ...]
    settled: frozenset[str]
    unsure: tuple[tuple[str, ...], ...]
    unsure_in_city: frozenset[str]
    sure: frozenset[str]
    named: float
    label: str
    deep: bool
    if_placed: bool
    words: tuple[str, ...]
    bodies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Basis:
    """The law and the reason by which an agency investigates abuse of office."""

    law: str
    why: str


CENTRAL: Final = "central"
"""The key of Oversight.bases for the inspectorates of ministries, and for national agencies without a basis of their own."""

REGIONAL: Final = "regional"
"""The key of Oversight.bases for the inspectorates of regions, and for that of the Ministry of Home Affairs if it acts for a region."""

MINISTER: Final = "minister"
"""The key of Oversight.bases for a ministry that investigates its own inspectorate."""

STAFF: Final = "staff"
"""The key of Oversight.bases for the inspectorates of regions if staff of an office are accused: the public may complain to them of civil
servants of the region (UU 23/2014 Pasal 385)."""

POLICE_AUDITOR: Final = "police_auditor"
"""The key of Oversight.bases for the police if its own overseer is accused."""


@dataclass(frozen=True, slots=True)
class Oversight:
    """The agencies that investigate abuse of office.

    Attributes:
        bases: the reasons by id of the agency that investigates it, or by kind of unit, CENTRAL or REGIONAL.
        police: the id of the agency that investigates the police.
        national: by id of a national agency, the id of the inspectorate that investigates it.
        itself: ids of the agencies that investigate such reports themselves.
        accused: by word group of an official who is accused, the id of the national agency that investigates him.
        beside: by such a word group, the ids of agencies that may investigate him too.
    """

    bases: Mapping[str, Basis]
    police: str
    national: Mapping[str, str]
    itself: tuple[str, ...]
    accused: Mapping[str, str]
    beside: Mapping[str, tuple[str, ...]]

    def basis(self, agency_id: str, *, in_region: bool) -> Basis:
        """Return the basis on which an agency investigates abuse of office; `in_region` if an official of a region is accused."""
        kind = agency_id.partition("-")[0]
        of_region = kind == "inspektorat" and agency_id[-1].isdigit()
        own = self.bases.get(agency_id) or self.bases.get("dprd" if kind == "dprd" else "")
        if own is not None:
            return own
        return self.bases[
            REGIONAL if of_region or (in_region and agency_id == self.national["kemendagri"]) else CENTRAL
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All rules of one version.

    Attributes:
        version: the version of the data file.
        statutes: the statutes that the rules refer to.
        subjects: the rule for each subject, by the subject's id.
        oversight: who investigates abuse of office.
        calibration: the knots for converting a share of all scores into a probability (see router.calibration).
        evidence: the knots for converting the score of the first subject into the highest probability that its words allow.
        sure_from: the probability below which a triage desk gets the complaint.
        undecided: the highest probability of an owner whose tier depends on what only the citizen can tell.
        unplaced: the highest probability of a national body to which a complaint goes while its place is asked for.
        groups: the word groups that the rules ask for.
    """

    version: str
    statutes: Statutes
    subjects: dict[str, Rule]
    oversight: Oversight
    calibration: Knots
    evidence: Knots
    sure_from: float
    undecided: float
    unplaced: float
    groups: frozenset[str]

    @classmethod
    @cache
    def load(cls) -> "Rules":
        """Return the rules of law from the packaged data file, which is read once: each caller gets the same object."""
        return rules_from(parsed("router", "rules.yaml"))


def rules_from(document: Mapping[str, Any], statutes: Statutes | None = None) -> Rules:
    """Return the rules in a document that has the form of rules.yaml.

    Raises:
        KeyError: a field is missing.
    """
    known = statutes or Statutes.load()
    subjects = {subject: _rule(subject, row, known) for subject, row in document["subjects"].items()}
    oversight = _oversight(document["oversight"])
    return Rules(
        version=document["version"],
        statutes=known,
        subjects=subjects,
        oversight=oversight,
        calibration=tuple((share, chance) for share, chance in document["calibration"]),
        evidence=tuple((score, chance) for score, chance in document["evidence"]),
        sure_from=document["sure_from"],
        undecided=document["undecided"],
        unplaced=document["unplaced"],
        groups=frozenset(group for rule in subjects.values() for group in _groups(rule)).union(
            oversight.accused, oversight.beside
        ),
    )


def _groups(rule: Rule) -> Iterator[str]:
    """Yield the word groups that a rule asks for."""
    yield from rule.words
    for groups in (*rule.doubtful, rule.settled, rule.unsure_in_city, rule.sure, *rule.unsure):
        yield from groups


def _rule(subject: str, row: Mapping[str, Any], statutes: Statutes) -> Rule:
    owners = tuple(_owner(owner, row, statutes) for owner in row["owners"])
    asks, doubt = row.get("asks", {}), row.get("doubt", {})
    return Rule(
        subject=subject,
        law=row["law"],
        owners=owners,
        asks=asks.get("part"),
        doubtful=tuple(tuple(groups.split("+")) for groups in asks.get("if", ())),
        settled=frozenset(asks.get("unless", ())),
        unsure=tuple(tuple(groups.split("+")) for groups in doubt.get("if", ())),
        unsure_in_city=frozenset(doubt.get("in_city", ())),
        sure=frozenset(doubt.get("unless", ())),
        named=row.get("named", 0.0),
        label=f"subject:{subject}",
        deep=any(owner.level in {"district", "village"} for owner in owners),
        if_placed=any(owner.if_placed for owner in owners),
        words=tuple(dict.fromkeys(word for owner in owners for word in (*owner.needs, *owner.unless))),
        bodies=frozenset(owner.body for owner in owners),
    )


def _oversight(row: Mapping[str, Any]) -> Oversight:
    bases = {
        key: Basis(law=one["law"], why=f"{one.get('reason', row['reason'])} ({one['law']})")
        for key, one in row["bases"].items()
    }
    return Oversight(
        bases=bases,
        police=row["police"],
        national=row["national"],
        itself=tuple(row["itself"]),
        accused=row["accused"],
        beside={group: tuple(others) for group, others in row["beside"].items()},
    )


def _owner(row: Mapping[str, Any], rule: Mapping[str, Any], statutes: Statutes) -> Owner:
    body, _, level = row["body"].partition("@")
    needs, unless, regions = (tuple(row.get(key, ())) for key in ("if", "unless", "in"))
    law = row.get("law", rule["law"])
    placeless = bool(row.get("placeless"))
    return Owner(
        body=body,
        level=level,
        needs=needs,
        unless=unless,
        regions=regions,
        placeless=placeless,
        if_placed=row.get("if_placed", False),
        always=not (needs or unless or regions or placeless),
        reason=row.get("reason", rule["reason"]),
        law=law,
        references=statutes.references(law),
    )
