"""The form of the files of named things: things/types.yaml and the tables things/*.tsv."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel

from router.rulebook.schema.values import (
    Agency,
    DayOrYear,
    Group,
    Law,
    Name,
    Part,
    Raised,
    Region,
    Subject,
    Text,
    Type,
    Weight,
    Word,
)

_Tier = Literal["national", "province", "regency", "company"]
_Codes = Annotated[list[Region], BeforeValidator(lambda cell: cell.split())]
_Aliases = Annotated[list[Text], BeforeValidator(lambda cell: cell.split(";") if cell else [])]
_Blank = BeforeValidator(lambda cell: cell or None)
"""An empty cell is none."""

_Heads = dict[Name, list[Text]]


class Kind(Part, called="a type"):
    """A type of named things."""

    law: Law
    leads: _Heads
    words: _Heads
    groups: dict[_Tier, list[Raised]]
    subjects: dict[_Tier, dict[Subject, Weight]]
    public: dict[Name, list[Word]] = Field(default={})
    alone: list[Text] = Field(default=[])
    context: list[Group] = Field(default=[])
    wide: bool = False
    bare: bool = False


class Types(RootModel[dict[Name, Kind]]):
    """The file types.yaml."""


class Thing(Part, called="a thing"):
    """A row of a table of named things."""

    id: Text
    type: Type
    tier: _Tier
    regions: _Codes
    owner: Annotated[Agency | None, _Blank]
    since: Annotated[DayOrYear | None, _Blank]
    status: Literal["unverified", "official list", "statute"]
    source: Text
    name: Text
    aliases: _Aliases


class Table(RootModel[Annotated[list[Thing], Field(min_length=1)]]):
    """A table of named things."""
