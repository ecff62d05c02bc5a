"""Merges the units of an edition with those of the editions before it, field by field."""

from collections.abc import Mapping
from typing import Any, Final

GONE: Final = "none"
"""The value in a file for a unit that the government no longer has from an edition's day on."""


def merged(before: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return the units from an edition's day on, as plain data of the file that need not be checked yet.

    A unit keeps the fields that the edition does not name. A unit that was gone keeps nothing.
    """
    units = dict(before)
    for key, unit in news.items():
        earlier = units.get(key)
        units[str(key)] = {**earlier, **unit} if isinstance(earlier, Mapping) and isinstance(unit, Mapping) else unit
    return units
