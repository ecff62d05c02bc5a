"""route is total: any text, any place, any refusals get one owner who has not refused."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.event import Complaint, Place, Raw, Region
from router.routing import Router
from tests.harness.house import routed
from tests.harness.tables import document

ROUTER = Router.load()
CODES = sorted(code for code in ROUTER.registry.gazetteer.names if len(code) <= 5)
AGENCIES = [*ROUTER.registry.bodies, "dpu-33.74", "pemda-33.74", "pemda-33", "dukcapil-31", "no-such-body"]
WORDS: st.SearchStrategy[str] = st.sampled_from(document("tables/property/route_total.yaml")["WORDS"])
TEXT = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=8).map(" ".join))


@st.composite
def complaints(draw: st.DrawFn) -> Complaint:
    """Any complaint that the contract allows, as far as routing looks at it."""
    code = draw(st.none() | st.sampled_from(CODES))
    place = Place(
        province=Region(code=code[:2], name="x") if code else None,
        regency=Region(code=code, name="x") if code and len(code) > 2 else None,
    )
    return Complaint(
        id=draw(st.uuids()),
        tracking_code="C",
        channel="sms",
        received_at=draw(st.datetimes(timezones=st.just(UTC))),
        title=draw(TEXT),
        text=draw(TEXT),
        place=place,
        oversight=draw(st.booleans()),
        reporter_ref="r",
        raw=Raw(body=b"", coding="utf-8", upstream_id="1"),
        normaliser_version="t",
    )


@given(case=complaints(), refusers=st.lists(st.sampled_from(AGENCIES), max_size=5))
@settings(max_examples=400)
def test_somebody_who_did_not_refuse_always_owns_it(case: Complaint, refusers: list[str]) -> None:
    """Never nobody, never a body that refused, but for the administrator who cannot; and the same twice."""
    check(ROUTER, case, refusers)


@pytest.mark.long
@given(
    case=complaints(),
    refusers=st.lists(st.sampled_from(AGENCIES), max_size=5),
    kept=st.sets(st.sampled_from(sorted(ROUTER.registry.bodies))),
    units=st.sets(st.sampled_from(sorted(ROUTER.registry.units))),
)
@settings(max_examples=20_000)
def test_twenty_thousand_cases_with_any_part_of_the_registry(
    case: Complaint, refusers: list[str], kept: set[str], units: set[str]
) -> None:
    """The same where the registry lacks bodies: only the administrator must be there."""
    full = ROUTER.registry
    bodies = {key: body for key, body in full.bodies.items() if key in kept or key == full.administrator_id}
    part = replace(full, bodies=bodies, units={unit: full.units[unit] for unit in units}, _made={})
    check(replace(ROUTER, registry=part), case, refusers)


def check(router: Router, case: Complaint, refusers: list[str]) -> None:
    """Hold one case to the promise."""
    answer = routed(router, case, *refusers)
    assert answer.owner.name
    assert router.registry.get(answer.owner.id) is not None
    assert answer.owner.id == router.registry.administrator_id or answer.owner.id not in refusers
    assert answer == routed(router, case, *refusers)


def test_after_the_hops_it_is_the_administrator() -> None:
    """Whatever the text, three different refusals end it."""
    case = Complaint(
        id=UUID(int=1),
        tracking_code="C",
        channel="sms",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        title="",
        text="listrik padam",
        reporter_ref="r",
        raw=Raw(body=b"", coding="utf-8", upstream_id="1"),
        normaliser_version="t",
    )
    assert routed(ROUTER, case, "pln", "polri", "bkn").owner.id == ROUTER.registry.administrator_id
