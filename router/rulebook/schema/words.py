"""The form of the word lists: subjects/*.yaml, regional, abbreviations, places, matters, senses and corrections.yaml."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, create_model, model_validator

from router.rulebook.schema.values import (
    Id,
    Name,
    Pair,
    PairWeight,
    Part,
    Raised,
    Region,
    Text,
    Together,
    Topic,
    Weight,
    Word,
    Words,
)

_Words = Annotated[list[Word], Field(min_length=1)]
_Listed = Annotated[list[Text], Field(min_length=1)]
_Spelled = Annotated[str, Field(pattern=r"^[a-z0-9]+(?: [a-z0-9]+)*$")]


def _of_lists(file: str, names: str) -> type[Part]:
    """Return the form of a file that has a list of words under each of some names."""
    fields: Any = dict.fromkeys(names.split(), (_Listed, ...))
    return create_model(file, __base__=Part, __cls_kwargs__={"called": file}, **fields)


_WEIGHTS = "whole numbers from -20 to 20"
"""The names of the keys with weights, in error messages."""


class Pointing(Part, called="a word list"):
    """The words and pairs of word groups that point to something. In the file, each weight is a key next to the other fields."""

    weights: dict[Weight, list[Word]] = Field(default={}, alias=_WEIGHTS)
    pairs: dict[Pair, PairWeight] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        weights = {key: words for key, words in row.items() if not isinstance(key, str)}
        return {key: value for key, value in row.items() if isinstance(key, str)} | {_WEIGHTS: weights}


class Subject(Pointing, called="a subject"):
    """A subject that a report can be about."""

    name: Text
    topic: Topic
    local: bool = True
    local_if: list[Together] = Field(default=[])
    rescues: bool = False


class Subjects(RootModel[dict[Id, Subject]]):
    """The files subjects/places.yaml and subjects/nation.yaml."""


class Signals(Part, called="signals.yaml"):
    """The file subjects/signals.yaml."""

    words: dict[Name, _Words]
    raised: dict[Raised, Annotated[list[Pair], Field(min_length=1)]]
    oversight: Pointing
    information_request: Pointing
    aspiration: Pointing
    grievance: Pointing
    evidence: Pointing


class Regional(RootModel[Annotated[dict[Word, Words], Field(min_length=1)]]):
    """The file regional.yaml."""


class Abbreviations(RootModel[Annotated[dict[Word, _Spelled], Field(min_length=1)]]):
    """The file abbreviations.yaml."""


class Places(Part, called="places.yaml"):
    """The file places.yaml."""

    names: dict[Literal["alias", "nickname", "institution", "landmark", "area"], dict[Region, list[Word]]]
    city_first: list[Region]
    goods: list[Word]
    spaced: dict[Word, Text]
    shorts: dict[Word, list[Word]]
    weak: _Listed
    common: _Listed


class Matter(Part, called="a matter"):
    """A matter by which two reports are recognised as one."""

    number: Annotated[int, Field(gt=0)]
    family: Annotated[int, Field(ge=0)]
    told: _Listed
    unless: list[Text] = Field(default=[])
    side: bool = False
    own: bool = False


class Harm(Part, called="harm"):
    """The words by which a text says that a person was hurt."""

    breaks: Words
    limbs: Words
    wounds: Words
    befell: Words
    family: Words
    relatives: Words
    mine: Words
    self: Words
    starts: Words
    so_that: Words
    brought: Words
    hospital: Words
    unreal: Words
    not_: Annotated[Words, Field(alias="not")]


class Matters(Part, called="matters.yaml"):
    """The file matters.yaml."""

    spellings: dict[Text, _Listed]
    weak: Words
    names: dict[Name, _Listed]
    titles: _Listed
    ends: dict[Text, Text]
    sizes: _Listed
    common: _Listed
    regions: Words
    locates: Words
    unique: Words
    harm: Harm
    matters: Annotated[dict[Name, Matter], Field(min_length=1)]


class Marks(Part, called="marks"):
    """The meanings of the things and ways of senses.yaml for duplicates."""

    own_things: Words
    own_ways: Words
    soft: Words
    money: Words


class Senses(Part, called="senses.yaml"):
    """The file senses.yaml."""

    things: Annotated[dict[Name, Words], Field(min_length=1)]
    ways: Annotated[dict[Name, Words], Field(min_length=1)]
    marks: Marks
    kin: list[Words]


Hiding = _of_lists("hiding.yaml", "anonymous secret person")


class Command(Part, called="a command"):
    """An exact command."""

    word: Annotated[str, Field(pattern="^[A-Z]+( [A-Z]+)*$")]
    alone: _Listed | None = None
    report: _Listed | None = None


class Commands(Part, called="commands.yaml"):
    """The file commands.yaml."""

    acts: Annotated[dict[str, Command], Field(min_length=1)]
    polite: _Listed
    fillers: _Listed
    report: _Listed
    because: _Listed
    rates: _Listed
    numbers: dict[str, int]
    scale: _Listed


class Cues(Part, called="cues.yaml"):
    """The file cues.yaml; a value that is no list is a regular expression, or a part of one."""

    before: _Listed
    kinds: _Listed
    no_names: _Listed
    states: _Listed
    around: _Listed
    its: str
    no_things: _Listed
    beside: _Listed
    general: _Listed
    rest: str
    polar: str
    good: _Listed
    praises: _Listed
    denying: _Listed
    accuses: Annotated[list[str], Field(min_length=1)]
    takes: str
    money: str
    threatens: str


Denials = _of_lists(
    "denials.yaml",
    "denials idioms asides also asks joins papers people mine events leads follows matters general speakers",
)
StreetNames = _of_lists("street_names.yaml", "heroes ideas plants birds")
Corrections = _of_lists(
    "corrections.yaml",
    "openers polite cues cues_after wrong of_what right should but idioms fillers levels regencies elsewhere denials refusals places"
    " belongs changes to also confesses",
)


class Entry(Part, called="a line"):
    """A line of a list of words."""

    word: Text


class Plain(RootModel[Annotated[list[Entry], Field(min_length=1)]]):
    """The files with a word per line."""
