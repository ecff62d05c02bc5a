"""Refuses data of the law with mistakes, at nearly no cost as long as they have not changed since the last check."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

from complaints.errors import ConfigurationError
from normalizer.cache import kept

if TYPE_CHECKING:
    from router.rulebook.check import Verdict
    from router.rulebook.documents import Mistake

_SHOWN: Final = 3
"""Number of mistakes that a sentence quotes."""

_DATA: Final = (".yaml", ".tsv", ".txt", ".gz")
_CODE: Final = (
    "complaints/runtime/packaged.py",
    "complaints/command.py",
    "normalizer/text.py",
    "normalizer/places/gazetteer.py",
    "normalizer/subjects/lexicon.py",
    "normalizer/dates.py",
    "normalizer/subjects/vocabulary.py",
    "normalizer/things/table.py",
    "router/agencies",
    "router/rulebook",
    "router/rulebook/schema",
)
"""The files and folders of code that can decide whether the data are whole."""


def require_whole() -> None:
    """Check the packaged data of router and normaliser, unless the same data and code passed the check before.

    The result is kept in the user's cache folder, and is valid until a statute that the data name ceases to hold. Call this before a
    process has threads: the check runs in a copy of the process.

    Raises:
        ConfigurationError: the data have a mistake.
    """
    until = kept("law", _sources(), _checked)["until"]
    if until and until <= datetime.now(UTC).date().isoformat():
        _checked()


def as_sentence(found: "Sequence[Mistake]") -> str:
    """Return a sentence with the first mistakes."""
    more = f" (and {len(found) - _SHOWN} more: see `lapor rules check`)" if len(found) > _SHOWN else ""
    return "the data of the law have mistakes: " + "; ".join(map(str, found[:_SHOWN])) + more


def _checked() -> dict[str, Any]:
    """Check in a process of its own, and return plain data, to be kept as JSON.

    The models and all documents take 40 MiB, which a worker would keep for as long as it lives. If that process dies, as the fork of a
    process with threads may, the check is made here.
    """
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as child:
            found = child.submit(_verdict).result()
    except BrokenProcessPool:
        found = _verdict()
    if found.mistakes:
        raise ConfigurationError(as_sentence(found.mistakes))
    return {"until": found.until}


def _verdict() -> "Verdict":
    from router.rulebook.check import verdict

    return verdict()


def _sources() -> Iterator[Traversable]:
    for package in ("normalizer", "router"):
        yield from _below(resources.files(package) / "data", _DATA)
    for name in _CODE:
        package, _, rest = name.partition("/")
        entry = resources.files(package) / rest
        if entry.is_file():
            yield entry
        else:
            yield from sorted((one for one in entry.iterdir() if one.name.endswith(".py")), key=lambda one: one.name)


def _below(folder: Traversable, ends: tuple[str, ...]) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _below(entry, ends)
        elif entry.name.endswith(ends):
            yield entry
