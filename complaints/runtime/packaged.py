"""Reads the data files that are shipped inside the packages."""

from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any


def document(package: str, name: str) -> Any:
    """Return the parsed content of a YAML file in the folder `data` of a package."""
    import yaml  # not needed to read the kept form of a document

    return yaml.load(text(package, name), Loader=yaml.CSafeLoader)


def text(package: str, name: str) -> str:
    """Return the text of the file `name` (UTF-8) in the folder `data` of the package `package`."""
    return content(package, name).decode("utf-8")


def content(package: str, name: str) -> bytes:
    """Return the bytes of the file `name` in the folder `data` of the package `package`."""
    return (resources.files(package) / "data" / name).read_bytes()


def version(package: str, name: str) -> str:
    """Return the first eight digits of the SHA-256 of the file `name`: the same for the same text."""
    return sha256(text(package, name).encode()).hexdigest()[:8]


def words_in(package: str, name: str) -> tuple[str, ...]:
    """Return a list of words that code asks for by name, from the file `words.txt` of a package.

    Raises:
        KeyError: the file has no such list.
    """
    return _lists(package)[name]


def pairs_in(package: str, name: str) -> dict[str, str]:
    """Return a list of such a file whose words are written with their meanings, as in "kab=kabupaten"."""
    return {word: meaning for word, _, meaning in (pair.partition("=") for pair in words_in(package, name))}


@cache
def _lists(package: str) -> dict[str, tuple[str, ...]]:
    """Return the lists, one on each line: they are read without a parser of YAML, which takes long to load."""
    lines = [line.partition(": ") for line in text(package, "words.txt").splitlines() if not line.startswith("#")]
    return {name: tuple(words.split(", ")) for name, _, words in lines}
