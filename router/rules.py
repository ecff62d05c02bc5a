"""The law as data: for each subject, who is responsible in which case."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from complaints.runtime import packaged
from router.calibration import Knots


@dataclass(frozen=True, slots=True)
class Owner:
    """One body that the law names for a subject, and when.

    Attributes:
        body: a national body's id, or the unit's name where `level` is set.
        level: "", "local", "province", "district" or "village".
        needs: word groups that must be in the text.
        unless: word groups that must not.
        regions: Kemendagri codes where this holds, everywhere if there are none.
        always: none of these conditions is there.
        why: the reason and the law, where they are others than the rule's.
    """

    body: str
    level: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    always: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the law says of one subject.

    Attributes:
        subject: the subject's id.
        law: the articles.
        why: the reason as the citizen reads it, with the law.
        owners: the bodies that the law names, the first that fits before the others.
        named: what it adds that a national body is named beside the subject.
        label: how evidence names the rule.
        deep: an owner is below a regency.
        words: the word groups on which it depends.
        bodies: the owners' bodies and units.
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
    """Who looks into abuse of office."""

    law: str
    why: str
    police: str
    national: Mapping[str, str]
    itself: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All rules of one version."""

    version: str
    subjects: Mapping[str, Rule]
    oversight: Oversight
    calibration: Knots
    sure_from: float

    @classmethod
    def load(cls) -> "Rules":
        """Read the packaged data file; the same object for each caller."""
        return _load()


def rules_from(document: Mapping[str, Any]) -> Rules:
    """Return the rules that a document of the data file's form holds."""
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
    always = not (needs or unless or regions)
    why = _why({"law": law, **row}) if "reason" in row else ""
    return Owner(body=body, level=level, needs=needs, unless=unless, regions=regions, always=always, why=why)


@cache
def _load() -> Rules:
    return rules_from(packaged.document("router", "rules.yaml"))
