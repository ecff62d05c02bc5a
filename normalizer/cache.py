"""Keeps tables that take long to compile in the user's cache folder, keyed by a digest of all their sources."""

import os
import tempfile
from collections.abc import Callable, Sequence
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from platformdirs import user_cache_path


def table(name: str, build: Callable[[], Any], *, data: Sequence[str], code: Sequence[str]) -> Any:
    """Return the result of `build` in its JSON form, from the cache folder if a complete copy is there.

    Otherwise call `build` and keep the result in the folder. If the folder cannot be read or written, the table is built each time.

    Args:
        name: the beginning of the file's name; a digest of the sources follows.
        build: makes the table; its result must be convertible to JSON.
        data: the files in the folder `data` of the package normalizer from which it is made.
        code: the folders of the package whose code makes it, beside the code of the package's own folder.
    """
    path = user_cache_path("lapor") / f"{name}-{_digest(data, code)}.json"
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        built = build()
        _write(path, orjson.dumps(built))
        return built


def _digest(data: Sequence[str], code: Sequence[str]) -> str:
    """Return the digest, in hexadecimal digits, of the data and of all code that can decide what is in a table.

    After an edit of any of it the digest differs, so the table is built anew.
    """
    digest = blake2b(digest_size=8)
    package = resources.files("normalizer")
    sources = [
        entry
        for folder in (package, *(package / name for name in code))
        for entry in folder.iterdir()
        if entry.name.endswith(".py")
    ]
    sources.append(resources.files("complaints.runtime") / "packaged.py")
    for source in [*(package / "data" / name for name in data), *sorted(sources, key=lambda entry: entry.name)]:
        digest.update(source.read_bytes())
    return digest.hexdigest()


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
