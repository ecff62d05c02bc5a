"""Reads the fields of a model's document. A field that no router can use raises a ValueError that names it."""

from collections.abc import Mapping
from typing import Any, Final

from router.agencies.registry import Agency, Registry
from router.calibration import Knots

LARGEST_WEIGHT: Final = 1e6
"""The largest size of a bias or weight. Learnt ones are below 100; sums of larger ones could exceed what a float holds."""


def region_in(document: Mapping[str, Any]) -> str:
    """Return the code of a model's region; empty if it is for all."""
    written = document["region"]
    region = written if isinstance(written, str) else None
    if region is None or (region and Registry.load().unit("pemda", Registry.seat(region)) is None):
        raise ValueError(f"its `region` {written!r} is not the Kemendagri code of a government, such as 33.74")
    return region


def text_in(document: Mapping[str, Any], name: str, whose: str = "its") -> str:
    """Return a text that is not empty."""
    written = document[name]
    if not isinstance(written, str) or not written:
        raise ValueError(f"{whose} `{name}` {written!r} is not a text")
    return written


def share_in(document: Mapping[str, Any], name: str) -> float:
    """Return a number from 0 to 1."""
    written = document[name]
    if not _is_share(written):
        raise ValueError(f"its `{name}` {written!r} is not a number from 0 to 1")
    return float(written)


def knots_in(document: Mapping[str, Any]) -> Knots:
    """Return the knots of the calibration (see router.calibration)."""
    written = document["calibration"]
    if not isinstance(written, list) or not written:
        raise ValueError(f"its `calibration` {written!r} has no knot")
    knots: list[tuple[float, float]] = []
    for row in written:
        if not (isinstance(row, list) and len(row) == 2 and _is_share(row[0]) and _is_share(row[1])):  # noqa: PLR2004
            raise ValueError(f"its `calibration` has a knot {row!r} that is not two numbers from 0 to 1")
        if knots and row[0] < knots[-1][0]:
            raise ValueError(f"its `calibration` has a knot {row!r} whose share is smaller than the one before")
        knots.append((float(row[0]), float(row[1])))
    return knots


def names_in(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the folded names, each with the id of the agency that officers meant."""
    written = document["names"]
    if not isinstance(written, dict):
        raise ValueError(f"its `names` {written!r} are not names with ids")  # noqa: TRY004
    return {name: text_in(written, name, "in its `names`") for name in written}


def bodies_in(document: Mapping[str, Any]) -> tuple[Agency, ...]:
    """Return the agencies that the registry lacks."""
    made: dict[str, Agency] = {}
    for row in document["bodies"]:
        if row["region"] is not None and not isinstance(row["region"], str):
            raise ValueError(f"a body's `region` {row['region']!r} is not a text")
        id_, name, parent = (text_in(row, field, "a body's") for field in ("id", "name", "parent"))
        made[id_] = Agency(id=id_, name=name, kind="learnt", parent=parent, region=row["region"])
    for body in made.values():
        above, seen = made.get(body.parent or ""), {body.id}
        while above is not None:
            if above.id in seen:
                raise ValueError(f"a body's `parent` {body.parent!r} leads back to the body {above.id!r}")
            seen.add(above.id)
            above = made.get(above.parent or "")
    return tuple(made.values())


def classes_in(document: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return the names of the classes, each with its bias."""
    found: list[tuple[str, float]] = []
    for name, bias in zip(document["classes"], document["bias"], strict=True):
        if not isinstance(name, str):
            raise ValueError(f"its `classes` have a name {name!r} that is not a text")  # noqa: TRY004
        found.append((name, weight_of(bias, "bias")))
    return found


def weight_of(written: Any, name: str) -> float:
    """Return a bias or weight."""
    if not _is_number(written) or not -LARGEST_WEIGHT <= written <= LARGEST_WEIGHT:
        raise ValueError(f"its `{name}` has {written!r}, which is no number of at most {LARGEST_WEIGHT:.0f}")
    return float(written)


def _is_number(written: Any) -> bool:
    return isinstance(written, (int, float)) and not isinstance(written, bool)


def _is_share(written: Any) -> bool:
    return _is_number(written) and 0.0 <= written <= 1.0
