"""All data files of router and normaliser, each with its model: the one way in which they are read and their form is checked."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from normalizer.things.table import COLUMNS
from router.rulebook.documents import Document, Mistake, NotYamlError, Table, decoded
from router.rulebook.schema import agencies, law, rules, things, words
from router.rulebook.schema.known import Known
from router.rulebook.schema.values import Part

_WANTED = {
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "entries of the form `key: value`",
    "model_type": "entries of the form `key: value`",
    "model_attributes_type": "entries of the form `key: value`",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false, without quotes",
    "date_type": "a day as in 2026-01-31, without quotes",
}
"""The expected value, by the type of the error."""

_TAG = "("
"""The beginning of a union's tag, which is in the path of an error although it is no key of the file."""


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what is wrong, and what is wanted."""
    kind, name = error["type"], _named(error["loc"])
    if kind in {"extra_forbidden", "missing"}:
        return _of_field(kind, name, _part_at(model, error["loc"][:-1]))
    if kind == "data":
        return str(error["ctx"]["said"])
    return f"{name} is {_described(error['input'])}{_wish(error)}"


def _of_field(kind: str, name: str, part: type[Part] | None) -> str:
    called = part.called if part else "this part"
    if kind == "missing":
        return f"{called} needs the field {name}"
    fields = ", ".join(field.alias or key for key, field in part.model_fields.items()) if part else "others"
    return f"{called} has no field {name}, only {fields}"


def _wish(error: ErrorDetails) -> str:
    kind, found = error["type"], error["input"]
    if kind in _WANTED:
        is_bare = kind == "string_type" and found is not None and not isinstance(found, (dict, list))
        return f" where {_WANTED[kind]} is wanted{': put it in quotes' if is_bare else ''}"
    if kind in {"literal_error", "enum"}:
        return f", and can only be {error['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return ", which is not written as a name here is"
    return f": {error['msg'][0].lower()}{error['msg'][1:]}"


def _named(loc: tuple[int | str, ...]) -> str:
    """Return the key at the end of a path, for an entry of a list that of the list."""
    if loc[-1:] == ("[key]",):
        return "the key"
    keys = [key for key in loc if isinstance(key, str) and not key.startswith(_TAG)]
    if not keys:
        return "an entry" if loc else "the file"
    return f"an entry of {keys[-1]}" if isinstance(loc[-1], int) else keys[-1]


def _described(found: object) -> str:
    if found is None:
        return "empty"
    if isinstance(found, bool):
        return "yes or true" if found else "no or false"
    if isinstance(found, (dict, list)):
        return "a list" if isinstance(found, list) else "a group of entries"
    return repr(found) if isinstance(found, (str, int, float)) else str(found)


def _part_at(model: Any, loc: tuple[int | str, ...]) -> type[Part] | None:
    """Return the part of a model that a path of keys and places leads to; None if it leads to none."""
    at: Any = model
    for key in loc:
        at = next(iter(_below(at, key)), None)
    found = next(iter(_models(at)), None)
    return found if found is not None and issubclass(found, Part) else None


def _below(annotation: Any, key: int | str) -> Iterator[Any]:
    """Yield what an annotation has under a key."""
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if key in {name, field.alias}:
                yield field.annotation
    for kind in _plain(annotation):
        if get_origin(kind) in {dict, list}:
            yield get_args(kind)[-1]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for kind in _plain(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel) and not issubclass(kind, RootModel):
            yield kind


def _plain(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation stands for, without marks, alternatives and roots."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _plain(annotation.model_fields["root"].annotation)
    elif get_origin(annotation) in {dict, list} or not get_args(annotation):
        yield annotation
    else:
        for one in get_args(annotation):
            yield from _plain(one)


RULES: Final = "router/data/rules.yaml"
BODIES: Final = "router/data/bodies.yaml"
UNITS: Final = "router/data/units.yaml"
NAMES: Final = "router/data/names.yaml"
UNIVERSITIES: Final = "router/data/universities.yaml"
STATUTES: Final = "router/data/statutes.yaml"
TOPICS: Final = "router/data/topics.yaml"
SIGNALS: Final = "normalizer/data/subjects/signals.yaml"
SUBJECTS: Final = ("normalizer/data/subjects/places.yaml", "normalizer/data/subjects/nation.yaml")
TYPES: Final = "normalizer/data/things/types.yaml"

MODELS: Final[Mapping[str, type[BaseModel]]] = {
    RULES: rules.Rules,
    BODIES: agencies.Bodies,
    UNITS: agencies.Units,
    NAMES: agencies.Names,
    UNIVERSITIES: agencies.Universities,
    STATUTES: law.Statutes,
    TOPICS: law.Topics,
    "router/data/deadlines.yaml": law.Deadlines,
    "router/data/roles.yaml": law.Roles,
    SIGNALS: words.Signals,
    **dict.fromkeys(SUBJECTS, words.Subjects),
    "normalizer/data/regional.yaml": words.Regional,
    "normalizer/data/abbreviations.yaml": words.Abbreviations,
    "normalizer/data/places.yaml": words.Places,
    "normalizer/data/matters.yaml": words.Matters,
    "normalizer/data/senses.yaml": words.Senses,
    "normalizer/data/corrections.yaml": words.Corrections,
    "normalizer/data/denials.yaml": words.Denials,
    "normalizer/data/hiding.yaml": words.Hiding,
    "normalizer/data/commands.yaml": words.Commands,
    "normalizer/data/cues.yaml": words.Cues,
    "normalizer/data/street_names.yaml": words.StreetNames,
    TYPES: things.Types,
    "normalizer/data/things/known.tsv": things.Table,
    "normalizer/data/things/official.tsv": things.Table,
    **{
        f"normalizer/data/{name}.txt": words.Plain
        for name in ("common_words", "everyday", "frequent", "roots", "words")
    },
    "router/data/words.txt": words.Plain,
}
"""The model of each file, by its path from the top of the repository."""

_KEPT: Final = 64
"""Maximum number of files that are kept parsed: all of them, and those that a test has damaged."""


@lru_cache(maxsize=_KEPT)
def form(path: str, data: bytes) -> tuple[Document | None, tuple[Mistake, ...]]:
    """Return a data file with the mistakes in its form; None if it cannot be parsed."""
    try:
        document = _parsed(path, decoded(path, data))
    except NotYamlError as error:
        return None, (error.mistake,)
    doubled = [
        document.mistake(f"the key {key} is there twice; join the two entries")._replace(line=line)
        for key, line in document.doubled
    ]
    torn = document.torn if isinstance(document, Table) else []
    return document, tuple(sorted({*doubled, *torn, *_invalid(document, None)}))


def references(document: Document, known: Known) -> Iterator[Mistake]:
    """Yield a mistake for each name in a data file that refers to nothing. The form of all files must have been checked."""
    if not document.path.endswith(".txt"):  # a plain word refers to nothing
        yield from _invalid(document, known)


def _parsed(path: str, text: str) -> Document:
    if path.endswith(".tsv"):
        return Table(path, text, COLUMNS)
    if path.endswith(".txt"):
        return Table(path, text, ("word",))
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            raise NotYamlError(Mistake(path, number, "the line has a tab: use spaces"))
    return Document(path, text, dated=True)


def _invalid(document: Document, known: Known | None) -> Iterator[Mistake]:
    model = MODELS[document.path]
    try:
        model.model_validate(document.content, context=known)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            yield document.mistake(sentence(one, model), *one["loc"])
