"""The law as data: who is responsible for each subject and in which case, and who looks into abuse of office."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from complaints.runtime import packaged
from router.calibration import Knots


@dataclass(frozen=True, slots=True)
class Owner:
    """One agency that the law names as an owner of a subject, and the conditions.

    Attributes:
        body: a national agency's id, or the kind of unit if `level` is set.
        level: "" for a national agency, otherwise the level of the region that the unit belongs to: "local" (the regency or city; the
            province in DKI Jakarta), "province", "district" or "village".
        needs: word groups that must all be in the text.
        unless: word groups of which none may be in the text.
        regions: Kemendagri codes of the regions where this holds; everywhere if empty.
        placeless: whether this holds only if no regency is known (and the province is not DKI Jakarta): the national agency that sets
            the rule or keeps the system answers a question that is of no place.
        always: whether there are no conditions: `needs`, `unless` and `regions` are empty, and it is not `placeless`.
        why: the reason with the law, as the citizen reads it, if the reason differs from the rule's; otherwise empty.
        law: the law with its articles: the owner's own, or else the rule's.
    """

    body: str
    level: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    placeless: bool = False
    always: bool = True
    why: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of law for one subject.

    Attributes:
        subject: the subject's id.
        law: the law with its articles.
        why: the reason as the citizen reads it, with the law.
        owners: the agencies that the law names; an earlier one takes precedence.
        named: the score added to a national agency that the text names and the rule does not.
        label: the name of the rule in evidence, "subject:<id>".
        deep: whether at least one owner is the office of a district or village.
        words: the word groups in the conditions of its owners.
        bodies: the ids of its national owners and the kinds of unit of its local ones.
    """

    subject: str
    law: str
    why: str
    owners: tuple[Owner, ...]
    named: float
    label: str
    deep: bool
    words: tuple[str, ...]
    bodies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Oversight:
    """Who looks into abuse of office.

    Attributes:
        law: the law with its articles.
        why: the reason as the citizen reads it, with the law.
        police: the id of the agency that looks into the police.
        national: by id of a national agency, the id of the inspectorate that looks into it.
        itself: ids of the agencies that look into such reports themselves.
    """

    law: str
    why: str
    police: str
    national: Mapping[str, str]
    itself: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All rules of one version.

    Attributes:
        version: the version of the data file.
        subjects: the rule for each subject, by the subject's id.
        oversight: who looks into abuse of office.
        calibration: the knots for converting a share of all scores into a probability (see router.calibration).
        sure_from: the probability below which a triage desk gets the complaint.
    """

    version: str
    subjects: Mapping[str, Rule]
    oversight: Oversight
    calibration: Knots
    sure_from: float

    @classmethod
    def load(cls) -> "Rules":
        """Return the rules of law from the packaged data file, which is read once: each caller gets the same object."""
        return _load()


def rules_from(document: Mapping[str, Any]) -> Rules:
    """Return the rules in a document that has the form of rules.yaml.

    Raises:
        KeyError: a field is missing.
    """
    subjects = {subject: _rule(subject, row) for subject, row in document["subjects"].items()}
    return Rules(
        version=document["version"],
        subjects=subjects,
        oversight=_oversight(document["oversight"]),
        calibration=tuple((share, chance) for share, chance in document["calibration"]),
        sure_from=document["sure_from"],
    )


def _rule(subject: str, row: Mapping[str, Any]) -> Rule:
    owners = tuple(_owner(owner, row["law"]) for owner in row["owners"])
    return Rule(
        subject=subject,
        law=row["law"],
        why=_why(row),
        owners=owners,
        named=row.get("named", 0.0),
        label=f"subject:{subject}",
        deep=any(owner.level in {"district", "village"} for owner in owners),
        words=tuple(sorted({word for owner in owners for word in (*owner.needs, *owner.unless)})),
        bodies=frozenset(owner.body for owner in owners),
    )


def _oversight(row: Mapping[str, Any]) -> Oversight:
    return Oversight(
        law=row["law"], why=_why(row), police=row["police"], national=row["national"], itself=tuple(row["itself"])
    )


def _why(row: Mapping[str, Any]) -> str:
    return f"{row['reason']} ({row['law']})"


def _owner(row: Mapping[str, Any], law: str) -> Owner:
    body, _, level = row["body"].partition("@")
    needs, unless, regions = (tuple(row.get(key, ())) for key in ("if", "unless", "in"))
    placeless = bool(row.get("placeless"))
    always = not (needs or unless or regions or placeless)
    why = _why({"law": law, **row}) if "reason" in row else ""
    return Owner(
        body=body,
        level=level,
        needs=needs,
        unless=unless,
        regions=regions,
        placeless=placeless,
        always=always,
        why=why,
        law=row.get("law", law),
    )


@cache
def _load() -> Rules:
    return rules_from(packaged.document("router", "rules.yaml"))
