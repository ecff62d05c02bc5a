"""Recognises a text about extortion, violence, corruption or a person who was hurt: it needs an answer of its own."""

from base64 import b64decode
from typing import Final

from normalizer.matter.signature import WAY_BYTES, signature

GRAVE: Final = frozenset((86, 87, 90, 92))
"""The matters (normalizer/data/matters.yaml: extortion, violence, corruption, harmed) of a report that is never merged automatically,
whatever else it says."""


def is_grave(text: str) -> bool:
    """Return whether a text is about a grave matter, as the search for duplicates reads it."""
    raw = b64decode(signature(text))
    things = (
        1 + WAY_BYTES
    )  # after the version and the ways come the things, and after them the matters, each followed by its family
    at = things + 1 + raw[things]
    return not GRAVE.isdisjoint(raw[at + 1 : at + 1 + 2 * raw[at] : 2])
