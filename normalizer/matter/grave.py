"""Tells whether a text tells of extortion, violence, corruption or a person who was hurt: no answer about a lamp answers it."""

from base64 import b64decode
from typing import Final

from normalizer.matter.signature import WAY_BYTES, signature

GRAVE: Final = frozenset((86, 87, 90, 92))
"""The matters (normalizer/data/matters.yaml: extortion, violence, corruption, harmed) of a report that is never merged by itself, whatever
else it tells."""


def is_grave(text: str) -> bool:
    """Return whether a text tells of a grave matter, as the search for duplicates reads it."""
    raw = b64decode(signature(text))
    things = (
        1 + WAY_BYTES
    )  # behind the version and the ways stand the things, and then the matters, each with its family
    at = things + 1 + raw[things]
    return not GRAVE.isdisjoint(raw[at + 1 : at + 1 + 2 * raw[at] : 2])
