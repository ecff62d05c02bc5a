"""The cursor of Telegram's updates: which come next. Pure."""

from collections.abc import Mapping
from typing import Any, Final

DAY_S: Final = 86_400.0
"""Seconds for which Telegram keeps updates. An older offset is not trusted: after a week of silence Telegram's ids restart at random, and
an offset above them would confirm updates that nobody has read."""


def offset(cursor: Mapping[str, Any] | None, *, now_s: float) -> int | None:
    """Return the offset that confirms all committed updates.

    Args:
        cursor: the cursor of the last committed page; None if there is none.
        now_s: the present time in seconds since 1970.

    Returns:
        The offset; None if there is no cursor, or it is too old or damaged. Then Telegram returns all unconfirmed updates.
    """
    found = cursor or {}
    number, at = found.get("offset"), found.get("at")
    if not isinstance(number, int) or not isinstance(at, int | float) or now_s - at > DAY_S:
        return None
    return number


def behind(highest_id: int, *, now_s: float) -> Mapping[str, Any]:
    """Return the cursor after the update with the highest id."""
    return {"offset": highest_id + 1, "at": now_s}
