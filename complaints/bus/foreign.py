"""Decodes JSON that anybody may have written: into a topic that others can write, into a file, or as an answer."""

from typing import TypeVar

from msgspec import json

T = TypeVar("T")


def decoded(content: bytes, model: type[T]) -> T | None:
    """Return the decoded JSON; None if it cannot be decoded, for whatever reason.

    JSON that nests too deeply, even in an ignored field, is a RecursionError. An error that stops a topic's reader would do so each time.

    Args:
        content: the JSON.
        model: the type that it must have.
    """
    try:
        return json.decode(content, type=model)
    except MemoryError:  # this machine's fault, which passes
        raise
    except Exception:  # noqa: BLE001  # see above: there is no whole list of what decoding can raise
        return None
