"""A line of any kind gets one line: whatever the text, the place and the part of the registry that is there, and never an exception."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.jsonlines import route_line
from router.routing import Router
from tests.harness.tables import document

ROUTER = Router.load()
CODES = sorted(ROUTER.registry.gazetteer.names)[::97]
WORDS: st.SearchStrategy[str] = st.sampled_from(document("tables/property/lines_total.yaml")["WORDS"])
ANY_TEXT = st.one_of(st.text(st.characters(), max_size=200), st.lists(WORDS, max_size=12).map(" ".join))
ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY_TEXT, st.lists(st.none(), max_size=1))
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "id": ANYTHING,
        "channel": ANYTHING,
        "title": ANY_TEXT | ANYTHING,
        "text": ANY_TEXT,
        "address": ANY_TEXT | ANYTHING,
        "region": st.one_of(st.sampled_from(CODES), st.from_regex(r"\d{0,2}(\.\d{1,4}){0,3}"), ANY_TEXT, ANYTHING),
        "received_at": st.one_of(MOMENTS, ANY_TEXT, ANYTHING),
    },
)
BODIES = st.sets(st.sampled_from(sorted(ROUTER.registry.bodies)))
UNITS = st.sets(st.sampled_from(sorted(ROUTER.registry.units)))


def part_of(bodies: set[str], units: set[str]) -> Router:
    """Return a router whose registry has lost all but these bodies and the administrator."""
    full = ROUTER.registry
    kept = {key: body for key, body in full.bodies.items() if key in bodies or key == full.administrator_id}
    part = replace(full, bodies=kept, units={unit: full.units[unit] for unit in units}, _made={})
    return replace(ROUTER, registry=part)


def check(router: Router, row: dict[str, Any]) -> None:
    """Hold one line to the promise; a lone surrogate may be refused as no JSON, and what means no region as such."""
    said = json.loads(route_line(router, json.dumps(row)))
    if "error" not in said:
        assert router.registry.get(said["agency"]["id"]) is not None
        assert 0.0 <= said["confidence"] <= 1.0
        assert all(0.0 <= other["score"] <= 1.0 for other in said["alternatives"])
    else:
        allowed = ("\\ud", "NaN", "Infinity")
        assert "is no region's code" in said["error"] or any(one in json.dumps(row) for one in allowed)


@given(row=ROWS, bodies=BODIES, units=UNITS)
@settings(max_examples=250)
def test_any_line_gets_an_owner_whatever_the_registry_lacks(
    row: dict[str, Any], bodies: set[str], units: set[str]
) -> None:
    """Any values in any field, any part of the registry."""
    check(ROUTER, row)
    check(part_of(bodies, units), row)


@pytest.mark.long
@pytest.mark.timeout(1200)
@given(row=ROWS, bodies=BODIES, units=UNITS)
@settings(max_examples=20_000)
def test_twenty_thousand_lines_with_any_part_of_the_registry(
    row: dict[str, Any], bodies: set[str], units: set[str]
) -> None:
    """The same, for long."""
    check(part_of(bodies, units), row)


@given(text=ANY_TEXT, title=ANY_TEXT, address=ANY_TEXT, region=st.none() | ANY_TEXT)
@settings(max_examples=300)
def test_any_text_is_read(text: str, title: str, address: str, region: str | None) -> None:
    """Lone surrogates too."""
    reading = ROUTER.reader.read(
        text, title=title, address=address, received_at=datetime.max.replace(tzinfo=UTC), region=region
    )
    assert reading.complaint_class


@given(line=st.binary(max_size=300) | ANY_TEXT)
@settings(max_examples=300)
def test_any_bytes_get_a_line(line: bytes | str) -> None:
    """No bytes raise."""
    assert json.loads(route_line(ROUTER, line))
