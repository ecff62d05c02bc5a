"""Which of Telegram's updates come next, as the cursor of a page says. Pure."""

from collections.abc import Mapping
from typing import Any, Final

DAY_S: Final = 86_400.0
"""Telegram keeps updates for so many seconds. An older offset is not trusted: after a week of silence Telegram's ids begin anywhere, and an
offset above them would confirm updates that nobody has read."""


def offset(cursor: Mapping[str, Any] | None, *, now_s: float) -> int | None:
    """Return the offset that confirms all updates that are committed.

    Args:
        cursor: of the last page that was committed; None if there is none.
        now_s: the present time in seconds since 1970.

    Returns:
        The offset. None if there is no cursor, or if it is too old or damaged: then Telegram gives every update that is not confirmed.
    """
    found = cursor or {}
    number, at = found.get("offset"), found.get("at")
    if not isinstance(number, int) or not isinstance(at, int | float) or now_s - at > DAY_S:
        return None
    return number


def behind(highest_id: int, *, now_s: float) -> Mapping[str, Any]:
    """Return the cursor behind the update with the highest id."""
    return {"offset": highest_id + 1, "at": now_s}
