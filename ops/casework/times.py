"""Formats times for officers. Pure."""

from datetime import datetime, timezone
from typing import Final

from normalizer.zones import zone_of

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def clock(at: datetime, province: str | None) -> str:
    """Return a moment in the local time of a place, such as 2026-11-03 12:01:00 WIB.

    Args:
        at: the moment.
        province: the code of the province, or of a region in it; None if it is not known, for Western Indonesian time.
    """
    ahead, name = zone_of(province)
    return f"{at.astimezone(timezone(ahead)):%Y-%m-%d %H:%M:%S} {name}"


def span(seconds: int) -> str:
    """Return a time span in its two largest units, such as "3 days 2 hours"; less than a minute is "a moment"."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts[:2]) or "a moment"
