"""Albums: several messages that a citizen sent as one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs

from channels.telegram.parse import Said
from complaints.errors import MalformedMessage

QUIET_S = 1.5
"""Seconds without another part after which an album counts as whole: its parts come within tenths of a second."""

MOST_PARTS = 10
"""The maximum number of messages in one album."""


def album_of(update: Mapping[str, Any]) -> str:
    """Return the id of the album that an update belongs to; empty if it belongs to none."""
    message = update.get("message")
    return str(message.get("media_group_id") or "") if isinstance(message, Mapping) else ""


def whole(updates: Sequence[Mapping[str, Any]], settled: frozenset[str], *, full: bool) -> int:
    """Return how many of the oldest updates can be taken now without cutting an album.

    Args:
        updates: the updates, oldest first.
        settled: the ids of albums that have been quiet for long enough.
        full: whether Telegram returned as many updates as it can at once, so that an album may continue after them.
    """
    places: dict[str, list[int]] = {}
    for place, update in enumerate(updates):
        if name := album_of(update):
            places.setdefault(name, []).append(place)
    cut = len(updates)
    open_ends = {
        name for name, at in places.items() if name not in settled or (full and len(at) < MOST_PARTS and at[0] > 0)
    }
    while True:
        earlier = min(
            (at[0] for name, at in places.items() if at[0] < cut and (name in open_ends or at[-1] >= cut)), default=cut
        )
        if earlier == cut:
            return cut
        cut = earlier


def join(parts: Sequence[Said]) -> Said:
    """Join the parts of an album into one message, whose text has all captions.

    Raises:
        MalformedMessage: there is no part.
    """
    if not parts:
        raise MalformedMessage("an album without a part")
    first = parts[0]
    bodies = b",".join(part.message.body for part in parts)
    message = structs.replace(
        first.message,
        text="\n".join(part.message.text for part in parts if part.message.text),
        about=next((part.message.about for part in parts if part.message.about), ""),
        tagged=tuple(dict.fromkeys(name for part in parts for name in part.message.tagged)),
        body=b"[" + bodies + b"]",
        parts=len(parts),
    )
    files = tuple(file for part in parts for file in part.files)
    return replace(first, message=message, files=files)
