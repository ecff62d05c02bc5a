"""The sentences from which intents are learnt: a file per intent, a JSON line per sentence, in the folder intents."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import orjson

INTENTS: Final = (
    "story",
    "place",
    "danger",
    "hide",
    "stop",
    "resume",
    "withdraw",
    "status",
    "help",
    "thanks",
    "agree",
    "smalltalk",
    "rating",
    "dispute",
    "settled",
    "correction",
    "spam",
)
"""The ids of the intents; docs/language.md says what each is."""

_FIELDS: Final = {"lang", "writer", "text"}


class Example(NamedTuple):
    """A sentence.

    Attributes:
        intent: what its writer wants.
        lang: its language, or the speech of a region (see docs/language.md).
        writer: who wrote it.
        text: the sentence.
    """

    intent: str
    lang: str
    writer: str
    text: str


def folder() -> Path:
    """Return the folder of the files."""
    return Path(__file__).with_name("intents")


def examples() -> list[Example]:
    """Return all sentences.

    Raises:
        ValueError: if a file has mistakes (see mistakes).
    """
    if found := mistakes():
        raise ValueError(found[0])
    return [Example(intent=intent, **orjson.loads(line)) for intent in INTENTS for line in _lines(intent)]


def digest() -> str:
    """Return the first sixteen digits of the SHA-256 of all sentences, whatever their order: a model says from which it was learnt."""
    lines = sorted(f"{one.intent}\t{one.lang}\t{one.writer}\t{one.text}" for one in examples())
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def mistakes() -> list[str]:
    """Return what is wrong with the files, each with its file and line: a form that is none, a doubled sentence, an unknown file."""
    found = [
        f"{file.name}: no intent has this name; {', '.join(INTENTS)} have files"
        for file in folder().iterdir()
        if file.name.removesuffix(".jsonl") not in INTENTS
    ]
    known: dict[str, str] = {}
    for intent in INTENTS:
        for number, line in enumerate(_lines(intent), start=1):
            place = f"{intent}.jsonl:{number}"
            wrong = _mistake(line, place, known)
            if wrong:
                found.append(f"{place}: {wrong}")
    return found


def _mistake(line: str, place: str, known: dict[str, str]) -> str:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"no JSON: {error}"
    if (
        not isinstance(said, dict)
        or set(said) != _FIELDS
        or not all(isinstance(one, str) and one for one in said.values())
    ):
        return 'a line is {"lang": ..., "writer": ..., "text": ...}, none of them empty'
    before = known.setdefault(" ".join(said["text"].lower().split()), place)
    return f"the same sentence stands in {before}" if before != place else ""


def _lines(intent: str) -> Iterator[str]:
    file = folder() / f"{intent}.jsonl"
    if file.is_file():
        yield from file.read_text(encoding="utf-8").splitlines()
