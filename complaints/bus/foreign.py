"""Decodes what anybody may have written: into a topic that others can write, into a file, or as an answer."""

from typing import TypeVar

from msgspec import json

T = TypeVar("T")


def decoded(content: bytes, model: type[T]) -> T | None:
    """Return what JSON says; None if it cannot be read, in whatever way.

    What nests too deep, even in a field that nobody reads, is a RecursionError. What stops the reader of a topic stops it at each start.

    Args:
        content: the JSON.
        model: what it has to be.
    """
    try:
        return json.decode(content, type=model)
    except MemoryError:  # this machine's fault, which passes
        raise
    except Exception:  # noqa: BLE001  # see above: there is no whole list of what decoding can raise
        return None
