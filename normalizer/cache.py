"""Keeps tables that take long to compile in the user's cache folder, keyed by a digest of all their sources."""

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson
from platformdirs import user_cache_path

from complaints.runtime import packaged


def table(
    name: str, build: Callable[[], Any], *, data: Sequence[str], code: Sequence[str], beside: Sequence[str] = ()
) -> Any:
    """Return the result of `build` in its JSON form, from the cache folder if a complete copy is there.

    Otherwise call `build` and keep the result in the folder. If the folder cannot be read or written, the table is built each time.

    Args:
        name: the beginning of the file's name; a digest of the sources follows.
        build: makes the table; its result must be convertible to JSON.
        data: the files in the folder `data` of the package normalizer from which it is made.
        code: the folders of the package whose code makes it, in addition to the code in the package's own folder.
        beside: other texts on which the result depends.
    """
    return kept(name, _sources(data, code), build, beside=beside)


def parsed(package: str, name: str) -> Any:
    """Return the parsed content of a YAML file in the folder `data` of a package, parsed once per version of the file (see `kept`).

    Raises:
        TypeError: a key is no text, so that JSON cannot hold the content.
        ValueError: a value is a date.
    """

    def build() -> Any:
        content = packaged.document(package, name)
        if orjson.loads(orjson.dumps(content)) != content:
            raise ValueError(f"{package}/data/{name} has a date, which JSON cannot hold")
        return content

    source = resources.files(package) / "data" / name
    return kept(f"{package}-{Path(name).stem}", [source], build)


def kept(name: str, sources: Iterable[Traversable], build: Callable[[], Any], *, beside: Sequence[str] = ()) -> Any:
    """Return the result of `build` in its JSON form, from the cache folder if a complete copy is there (see `table`)."""
    path = user_cache_path("lapor") / f"{name}-{_digest(sources, beside)}.json"
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        built = build()
        _write(path, orjson.dumps(built))
        return built


def _sources(data: Sequence[str], code: Sequence[str]) -> list[Traversable]:
    package = resources.files("normalizer")
    sources = [
        entry
        for folder in (package, *(package / name for name in code))
        for entry in folder.iterdir()
        if entry.name.endswith(".py")
    ]
    sources.append(resources.files("complaints.runtime") / "packaged.py")
    return [*(package / "data" / name for name in (*data, "words.txt")), *sorted(sources, key=lambda entry: entry.name)]


def _digest(sources: Iterable[Traversable], beside: Sequence[str]) -> str:
    """Return the digest, in hexadecimal digits, of files of data and code, and of texts: after an edit of any of them it differs."""
    digest = sha256()  # processors have instructions for it: three times as fast as others here
    for source in sources:
        digest.update(source.read_bytes())
    digest.update("\0".join(beside).encode())
    return digest.hexdigest()[:16]


def _write(path: Path, content: bytes) -> None:
    """Write the file completely or not at all: another process may read it at the same time. Ignore an OSError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        return
