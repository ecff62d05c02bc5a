"""All data files of router and normaliser, each with its model: the one way in which they are read and their form is checked."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, ValidationError

from normalizer.things.table import COLUMNS
from router.rulebook.documents import Document, Mistake, NotYamlError, Table, decoded
from router.rulebook.schema import agencies, law, rules, things, words
from router.rulebook.schema.errors import sentence
from router.rulebook.schema.known import Known

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
    **{f"normalizer/data/{name}.txt": words.Plain for name in ("common_words", "everyday", "roots", "words")},
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
