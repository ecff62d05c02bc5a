"""The form of rules.yaml."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from router.rulebook.rules import CENTRAL, MINISTER, POLICE_AUDITOR, REGIONAL, STAFF
from router.rulebook.schema.values import (
    Agency,
    AgencyOrUnit,
    Body,
    Governed,
    Group,
    Law,
    Part,
    Reason,
    Share,
    Subject,
    Text,
    Together,
    ordered,
    wrong,
)

_Number = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Knot = Annotated[list[_Number], Field(min_length=2, max_length=2)]


def _chances(rows: list[list[float]]) -> list[list[float]]:
    if any(chance > 1 for _, chance in rows):
        raise wrong("a probability is above 1")
    return ordered(rows, "shares or scores", "probabilities")


def _shares(rows: list[list[float]]) -> list[list[float]]:
    if any(share > 1 for share, _ in rows):
        raise wrong("a share is above 1")
    return rows


_Knots = Annotated[list[_Knot], Field(min_length=2), AfterValidator(_chances)]


_GENERAL = frozenset((CENTRAL, REGIONAL, STAFF, MINISTER, POLICE_AUDITOR))


class Owner(Part, called="an owner"):
    """An agency that the law names, and the conditions."""

    body: Body
    needs: list[Group] = Field(default=[], alias="if")
    unless: list[Group] = Field(default=[])
    regions: list[Governed] = Field(default=[], alias="in")
    placeless: bool = False
    if_placed: bool = False
    reason: Reason | None = None
    law: Law | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if both := set(self.needs) & set(self.unless):
            raise wrong(f"the owner needs {min(both)} and is left out with it: it never holds")
        return self


class Asks(Part, called="asks"):
    """The part that the citizen is asked for."""

    part: Literal["road_class", "hospital_owner"]
    needs: list[Together] = Field(alias="if", min_length=1)
    unless: list[Group] = Field(default=[])


class Doubt(Part, called="doubt"):
    """The conditions that make the tier doubtful."""

    needs: list[Together] = Field(default=[], alias="if")
    in_city: list[Group] = Field(default=[])
    unless: list[Group] = Field(default=[])

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not self.needs and not self.in_city:
            raise wrong("the doubt has neither `if` nor `in_city`: it never arises")
        return self


class Rule(Part, called="a rule"):
    """The rule of law for one subject."""

    law: Law
    reason: Reason
    owners: list[Owner] = Field(min_length=1)
    named: Annotated[float, Field(gt=0, le=2)] = 0.0
    asks: Asks | None = None
    doubt: Doubt | None = None

    @field_validator("owners")
    @classmethod
    def _each_once(cls, owners: list[Owner]) -> list[Owner]:
        seen = set()
        for owner in owners:
            sets = (frozenset(names) for names in (owner.needs, owner.unless, owner.regions))
            one = (owner.body, *sets, owner.placeless, owner.if_placed)
            if one in seen:
                raise wrong(f"the owner {owner.body} is there twice with the same conditions")
            seen.add(one)
        return owners


class Basis(Part, called="a basis"):
    """Why an agency investigates abuse of office."""

    law: Law
    reason: Reason | None = None


class Oversight(Part, called="oversight"):
    """The agencies that investigate abuse of office."""

    reason: Reason
    bases: dict[Literal["central", "regional", "staff", "minister", "police_auditor"] | AgencyOrUnit, Basis]
    police: Agency
    national: dict[Agency, Agency]
    itself: list[Agency]
    accused: dict[Group, Agency]
    beside: dict[Group, list[Agency]]

    @field_validator("bases")
    @classmethod
    def _general(cls, bases: dict[str, Basis]) -> dict[str, Basis]:
        if missing := _GENERAL - bases.keys():
            raise wrong(f"the bases lack {min(missing)}")
        return bases


class Rules(Part, called="rules.yaml"):
    """The whole file."""

    version: Text
    calibration: Annotated[_Knots, AfterValidator(_shares)]
    evidence: _Knots
    sure_from: Share
    undecided: Share
    unplaced: Share
    subjects: dict[Subject, Rule]
    oversight: Oversight
