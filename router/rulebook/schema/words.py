"""The form of the word lists: subjects/*.yaml, regional, abbreviations, places, matters, senses and corrections.yaml."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, RootModel, model_validator

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

_WEIGHTS = "whole numbers from -20 to 20"
"""What messages call the keys that are weights."""


class Pointing(Part):
    """The words and pairs of word groups that point to something. In the file, each weight is a key next to the other fields."""

    called: ClassVar[str] = "a word list"

    weights: dict[Weight, list[Word]] = Field(default={}, alias=_WEIGHTS)
    pairs: dict[Pair, PairWeight] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        weights = {key: words for key, words in row.items() if not isinstance(key, str)}
        return {key: value for key, value in row.items() if isinstance(key, str)} | {_WEIGHTS: weights}


class Subject(Pointing):
    """A subject that a report can be about."""

    called: ClassVar[str] = "a subject"

    name: Text
    topic: Topic
    local: bool = True
    local_if: list[Together] = Field(default=[])
    rescues: bool = False


class Subjects(RootModel[dict[Id, Subject]]):
    """The files subjects/places.yaml and subjects/nation.yaml."""


class Signals(Part):
    """The file subjects/signals.yaml."""

    called: ClassVar[str] = "signals.yaml"

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


class Places(Part):
    """The file places.yaml."""

    called: ClassVar[str] = "places.yaml"

    names: dict[Literal["alias", "nickname", "institution", "landmark", "area"], dict[Region, list[Word]]]
    city_first: list[Region]
    goods: list[Word]
    spaced: dict[Word, Text]
    shorts: dict[Word, list[Word]]
    weak: _Listed
    common: _Listed


class Matter(Part):
    """A matter by which two reports are recognised as one."""

    called: ClassVar[str] = "a matter"

    number: Annotated[int, Field(gt=0)]
    family: Annotated[int, Field(ge=0)]
    told: _Listed
    unless: list[Text] = Field(default=[])
    side: bool = False
    own: bool = False


class Harm(Part):
    """The words by which a text says that a person was hurt."""

    called: ClassVar[str] = "harm"

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


class Matters(Part):
    """The file matters.yaml."""

    called: ClassVar[str] = "matters.yaml"

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


class Marks(Part):
    """What things and ways of senses.yaml mean for duplicates."""

    called: ClassVar[str] = "marks"

    own_things: Words
    own_ways: Words
    soft: Words
    money: Words


class Senses(Part):
    """The file senses.yaml."""

    called: ClassVar[str] = "senses.yaml"

    things: Annotated[dict[Name, Words], Field(min_length=1)]
    ways: Annotated[dict[Name, Words], Field(min_length=1)]
    marks: Marks
    kin: list[Words]


class Hiding(Part):
    """The file hiding.yaml."""

    called: ClassVar[str] = "hiding.yaml"

    anonymous: _Listed
    secret: _Listed
    person: _Listed


class Command(Part):
    """An exact command."""

    called: ClassVar[str] = "a command"

    word: Annotated[str, Field(pattern="^[A-Z]+( [A-Z]+)*$")]
    alone: _Listed | None = None
    report: _Listed | None = None


class Commands(Part):
    """The file commands.yaml."""

    called: ClassVar[str] = "commands.yaml"

    acts: Annotated[dict[str, Command], Field(min_length=1)]
    polite: _Listed
    fillers: _Listed
    report: _Listed
    because: _Listed
    rates: _Listed
    numbers: dict[str, int]
    scale: _Listed


class Cues(Part):
    """The file cues.yaml; a value that is no list is a regular expression, or a part of one."""

    called: ClassVar[str] = "cues.yaml"

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


class Denials(Part):
    """The file denials.yaml."""

    called: ClassVar[str] = "denials.yaml"

    denials: _Listed
    idioms: _Listed
    asides: _Listed
    also: _Listed
    asks: _Listed
    joins: _Listed
    papers: _Listed
    people: _Listed
    mine: _Listed
    events: _Listed
    leads: _Listed
    follows: _Listed
    matters: _Listed
    general: _Listed
    speakers: _Listed


class StreetNames(Part):
    """The file street_names.yaml."""

    called: ClassVar[str] = "street_names.yaml"

    heroes: _Listed
    ideas: _Listed
    plants: _Listed
    birds: _Listed


class Corrections(Part):
    """The file corrections.yaml."""

    called: ClassVar[str] = "corrections.yaml"

    openers: _Listed
    polite: _Listed
    cues: _Listed
    cues_after: _Listed
    wrong: _Listed
    of_what: _Listed
    right: _Listed
    should: _Listed
    but: _Listed
    idioms: _Listed
    fillers: _Listed
    levels: _Listed
    regencies: _Listed
    elsewhere: _Listed
    denials: _Listed
    refusals: _Listed
    places: _Listed
    belongs: _Listed
    changes: _Listed
    to: _Listed
    also: _Listed
    confesses: _Listed


class Entry(Part):
    """A line of a list of words."""

    called: ClassVar[str] = "a line"

    word: Text


class Plain(RootModel[Annotated[list[Entry], Field(min_length=1)]]):
    """The files with a word per line."""
