"""Merges the units of an edition with those of the editions before it, field by field."""

from collections.abc import Mapping
from typing import Any, Final

GONE: Final = "none"
"""What a file writes for a unit that the government does not have from an edition's day on."""


def merged(before: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return the units from an edition's day on: plain data, as the file of a government has it, not all checked yet.

    A unit keeps the fields that the edition does not name. One that was gone begins anew.
    """
    units = dict(before)
    for key, unit in news.items():
        earlier = units.get(key)
        units[str(key)] = {**earlier, **unit} if isinstance(earlier, Mapping) and isinstance(unit, Mapping) else unit
    return units
