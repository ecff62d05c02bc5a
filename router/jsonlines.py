"""The work of `lapor route --json` and `lapor agency resolve --json` as functions without I/O: one JSON line in, one JSON line out."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from typing import Any, Final

import orjson

from normalizer.coordinates import position_in
from normalizer.places.gazetteer import Gazetteer
from normalizer.results import Codes
from router.agencies.registry import Registry
from router.agencies.resolve import resolve
from router.calibration import thousandths
from router.explain import explain_pin
from router.facts import Facts
from router.routing import ALTERNATIVES, Router
from router.within import Choice, House, choose

_WIB: Final = timezone(timedelta(hours=7))
"""Western Indonesian time, that of most of the country."""

_POLE: Final = 90.0
_DATE_LINE: Final = 180.0
"""The largest latitude and longitude in degrees."""

_LEVELS: Final = ("province", "regency", "district", "village")


class PositionError(ValueError):
    """A line has half a position, or one that is not on Earth. To ignore it could route the complaint to another agency."""


class RegionError(ValueError):
    """A line has a region that is no region's code. To ignore it could route the complaint to another agency."""


def route_line(router: Router, line: bytes | str, house: House | None = None) -> bytes:
    """Return the routing result for one line as JSON, without a line end. Never raises.

    Args:
        router: the router, with or without a model.
        line: a JSON object with the fields of route_row. A line that is no JSON object, or has an id that JSON cannot hold, a wrong
        position or an unknown region, gives an object with the single field "error".
        house: the government or body among whose units is to be chosen; None for all agencies.
    """
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return orjson.dumps({"error": f"not JSON: {error}"})
    if not isinstance(row, dict):
        return orjson.dumps({"error": "not a JSON object"})
    try:
        return orjson.dumps(route_row(router, row, house), default=str)
    except (PositionError, RegionError) as error:
        return orjson.dumps({"error": str(error)})
    except TypeError as error:  # an id that is nested more deeply than orjson writes
        return orjson.dumps({"error": f"cannot be answered: {error}"})


def route_row(router: Router, row: Mapping[str, Any], house: House | None = None) -> dict[str, Any]:
    """Return the routing result for one complaint as plain data, its fields in the order in which people read them.

    Args:
        router: the router, with or without a model.
        row: id, title and text, and optionally address, region (a Kemendagri code) and received_at (ISO 8601, a day or a moment).
            Missing fields count as empty, an unreadable time as not given, and other fields are ignored. A region may also be written
            as 3374, 33.74 without quotes, or pemda-33.74.
            A region means that the complaint came through the own channel of that region's government. A pin on the map is `latitude`
            and `longitude` in degrees, or written in the address or the text.
        house: the government or body among whose units is to be chosen; None for all agencies. The result then has `within`.

    Raises:
        PositionError: only one of latitude and longitude is given, or they are no position.
        RegionError: the region is no code of a region.
    """
    region = _region(row["region"], router.registry.gazetteer) if "region" in row else None
    if house is not None:
        region = region or house.region or None
    received_at = moment_of(row["received_at"]) if "received_at" in row else None
    title, address = _text(row, "title"), _text(row, "address") if "address" in row else ""
    position = _position(row) if "latitude" in row or "longitude" in row else None
    position = position or position_in(address) or position_in(_text(row, "text"))
    of_pin = ""
    if position is None:
        reading = router.reader.read(
            _text(row, "text"), title=title, address=address, received_at=received_at, region=region
        )
    else:
        from normalizer.positions import read_at  # few lines have a pin

        reads = partial(router.reader.read, _text(row, "text"), title=title, address=address, received_at=received_at)
        reading, pin = read_at(reads, router.registry.gazetteer, region=region, position=position)
        of_pin = explain_pin(pin)
    facts = Facts(reading, home=region or "", day=reading.received_on, within=house is not None)
    choice = choose(router, facts, house) if house else None
    decision = choice.decision if choice else router.decide(facts)
    owner = decision.owner
    others = [one for one in decision.ranked[: ALTERNATIVES + 1] if one.agency.id != owner.id]
    return {
        "id": row.get("id"),
        "agency": {"id": owner.id, "name": owner.name},
        "alternatives": [
            {"id": one.agency.id, "name": one.agency.name, "score": thousandths(min(one.score, 1.0))}
            for one in others[:ALTERNATIVES]
        ],
        "confidence": decision.confidence,
        "triage": decision.triage,
        "class": reading.complaint_class,
        "oversight": reading.oversight,
        "topic": reading.topic,
        "place": _place(router.registry.gazetteer, reading.place.codes),
        "occurred_on": reading.occurred.day if reading.occurred else None,
        "missing": reading.missing,
        "explanation": decision.explanation + of_pin,
        **({} if house is None or choice is None else {"within": _within(house, choice)}),
    }


def _within(house: House, choice: Choice) -> dict[str, Any]:
    """Return the field `within` of a result: whether the matter is the house's own, and who owns it by law if not.

    It is plain data, for a line of JSON.
    """
    other = choice.elsewhere
    return {
        "agency": house.agency.id,
        "own": choice.own,
        "elsewhere": {"id": other.id, "name": other.name} if other else None,
    }


def resolve_line(registry: Registry, line: bytes | str) -> bytes:
    """Return a JSON object with "name", "agency_id" (what the name means, or null) and "parents" (ids, nearest first).

    Without a line end. Never raises.

    Args:
        registry: the agencies that exist.
        line: a JSON object with "name", as an officer writes it, and optionally "region", a Kemendagri code. Any other line gives
            an object with the single field "error".
    """
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return orjson.dumps({"error": f"not JSON: {error}"})
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        return orjson.dumps({"error": 'not a JSON object with a "name"'})
    agency = resolve(registry, row["name"], _text(row, "region") or None)
    parents = [parent.id for parent in registry.parents(agency.id)] if agency else []
    return orjson.dumps({"name": row["name"], "agency_id": agency.id if agency else None, "parents": parents})


@lru_cache(maxsize=4096)
def _place(gazetteer: Gazetteer, codes: Codes) -> dict[str, dict[str, str] | None]:
    """Return by level the code and name of the region, None for a level that is not known. Callers must not change the cached object."""
    return {
        level: {"code": code, "name": gazetteer.name(code)} if code else None
        for level, code in zip(_LEVELS, codes, strict=True)
    }


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _position(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees; None if both are null.

    Raises:
        PositionError: see route_row.
    """
    latitude, longitude = row.get("latitude"), row.get("longitude")
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        given, lacking = ("longitude", "latitude") if latitude is None else ("latitude", "longitude")
        raise PositionError(f"{given} without {lacking}: give both, in degrees, or neither")
    if not (_is_within(latitude, _POLE) and _is_within(longitude, _DATE_LINE)):
        raise PositionError("latitude and longitude are numbers in degrees, from -90 to 90 and from -180 to 180")
    return float(latitude), float(longitude)


def _is_within(value: object, most: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -most <= value <= most


def _region(value: object, gazetteer: Gazetteer) -> str | None:
    """Return the code of the region that a value means: a code, with or without its dots, or the id of a government; None if it is empty.

    Raises:
        RegionError: it means no region.
    """
    if isinstance(value, str) and value in gazetteer.names:
        return value
    if value is None or value == "":
        return None
    written = str(value).strip().removeprefix("pemda-") if type(value) in (str, int, float) else ""
    digits = written.replace(".", "")
    parts = (digits[:2], digits[2:4], digits[4:6], digits[6:])
    code = ".".join(part for part in parts if part)
    if digits.isascii() and digits.isdecimal() and code in gazetteer.names and written in (digits, code):
        return code
    raise RegionError(
        f"region {str(value)[:40]!r} is no region's code: write one as in 33.74 (`lapor agency search` finds it)"
    )


def moment_of(value: object) -> datetime | None:
    """Return the moment of a text in ISO 8601, in Western Indonesian time if it has no zone; None for any other value."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=_WIB)
