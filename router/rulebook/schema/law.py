"""The form of the files of law next to the rules: statutes.yaml, topics.yaml, deadlines.yaml and roles.yaml."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, RootModel, Tag, ValidationInfo, field_validator, model_validator

from complaints.command import CommandKind
from router.rulebook.schema.values import (
    Agency,
    AgencyOrUnit,
    Count,
    DayOrYear,
    Law,
    Name,
    Part,
    Ruled,
    StatuteName,
    Text,
    wrong,
)

_Command = Annotated[CommandKind, Field(strict=False)]


class Statute(Part, called="a statute"):
    """A statute with the days on which it holds."""

    title: Text
    since: DayOrYear
    until: DayOrYear | None = None
    status: Literal["verified", "unverified"]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until[: len(self.since)] < self.since[: len(self.until)]:
            raise wrong(f"`until` {self.until} is before `since` {self.since}")
        return self


class Statutes(RootModel[dict[StatuteName, Statute]]):
    """The file statutes.yaml."""


def _form_of(category: object) -> str:
    """Return the tag of the form in which a main category is written."""
    return "(subjects)" if isinstance(category, dict) else "(subject)"


_Category = Annotated[
    Annotated[Ruled, Tag("(subject)")]
    | Annotated[dict[Ruled, Annotated[list[Text], Field(min_length=1)]], Tag("(subjects)")],
    Discriminator(_form_of),
]
"""The value of a main category: its subject, or subjects with their subcategories. The tags limit errors to the form that was meant."""


class Topics(RootModel[dict[Text, _Category]]):
    """The file topics.yaml."""


class Complete(Part, called="complete"):
    """The working days until a case must be completed, by class."""

    pengaduan: Count
    berkadar: Count
    permintaan_informasi: Count
    aspirasi: Count


class Regulation(Part, called="a regulation"):
    """The working days of one regulation."""

    id: Text
    since: date = Field(alias="from")
    forward: Count
    first_follow_up: Count
    close: Count
    complete: Complete


class Ceilings(Part, called="statute"):
    """The calendar days of the statute."""

    completeness: Count
    completeness_article: Law
    citizen: Count
    decision: Count
    decision_article: Law


class Internal(Part, called="internal"):
    """The days that no law sets."""

    remind: Count
    escalate: Count


class Variant(Part, called="a variant"):
    """The duties that have other days for an agency."""

    forward: Count | None = None
    first_follow_up: Count | None = None
    close: Count | None = None
    complete: Complete | None = None


class Deadlines(Part, called="deadlines.yaml"):
    """The file deadlines.yaml."""

    regulations: list[Regulation] = Field(min_length=1)
    statute: Ceilings
    internal: Internal
    variants: dict[AgencyOrUnit, Variant]


class Role(Part, called="a role"):
    """The actors who give each command."""

    id: Name
    title: Text
    of: Text
    what: list[_Command]


class Roles(Part, called="roles.yaml"):
    """The file roles.yaml."""

    roles: list[Role] = Field(min_length=1)
    ladder: list[Name] = Field(min_length=1)
    next_right: Agency

    @field_validator("roles")
    @classmethod
    def _each_once(cls, roles: list[Role]) -> list[Role]:
        if len({role.id for role in roles}) < len(roles):
            raise wrong("two roles have the same id")
        return roles

    @field_validator("ladder")
    @classmethod
    def _of_roles(cls, ladder: list[str], info: ValidationInfo) -> list[str]:
        ids = {role.id for role in info.data.get("roles", [])}
        if ids and (strange := next((step for step in ladder if step not in ids), None)):
            raise wrong(f"the ladder has {strange}, which is no role")
        return ladder
