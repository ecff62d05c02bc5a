"""Keeps what takes long to compile in the user's cache folder, keyed by all that it is compiled from."""

import os
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from platformdirs import user_cache_path

_SOURCES = (
    "data/regions.tsv.gz",
    "data/places.yaml",
    "data/common_words.txt",
    "places/spellings.py",
    "places/packed.py",
    "text.py",
)
"""The table changes when one of these does."""


def table(name: str, build: Callable[[], Any]) -> Any:
    """Return what `build` returns, as JSON has it, from the cache folder where it is there and whole.

    A folder that cannot be read or written costs only time.
    """
    path = user_cache_path("lapor") / f"{name}-{_digest()}.json"
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        built = build()
        _write(path, orjson.dumps(built))
        return built


def _digest() -> str:
    digest = blake2b(digest_size=8)
    for source in _SOURCES:
        digest.update((resources.files("normalizer") / source).read_bytes())
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all: another process may read it meanwhile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        return
