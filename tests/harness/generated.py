"""Hypothesis strategies for facts and documents of cases: everything that their models allow."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args

from hypothesis import strategies as st

from complaints.case import Answer, Case, CaseState, Hop, Question
from complaints.command import CommandKind, MessageReading
from complaints.event import (
    Addition,
    AgencyRef,
    Alternative,
    Attachment,
    Complaint,
    ComplaintClass,
    DatePrecision,
    Deadline,
    Disposition,
    Evidence,
    OccurredOn,
    Pin,
    Place,
    Raw,
    Refusal,
    Region,
)
from complaints.fact import Fact, FactKind, Result
from tests.harness.facts import OF_KIND

WORDS = st.text(max_size=12) | st.sampled_from(
    ("Nama:", "Budi Santoso", "081234567890", "budi@example.id", "B 1234 XY")
)
CODES = WORDS.filter(lambda code: not code.startswith("\0"))  # no key of a case begins with what is reserved
ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
TIMES = st.datetimes(datetime(1900, 1, 2), datetime(2299, 12, 30), timezones=ZONES | st.just(UTC))  # noqa: DTZ001  # Hypothesis adds the zones
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
SHARES = st.floats(0, 1)
SMALL = st.integers(0, 255)


def few(of: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return a strategy for at most three values."""
    return st.lists(of, min_size=least, max_size=3).map(tuple)


def maybe(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for a value or None."""
    return st.none() | of


def region(code: str) -> st.SearchStrategy[Region | None]:
    """Return a strategy for a region with a code, or none."""
    return maybe(st.builds(Region, code=st.just(code), name=WORDS))


PARTS = st.sampled_from(("place", "subject", "date", "chronology", "evidence"))
AGENCIES = st.builds(AgencyRef, id=st.text(min_size=1, max_size=5), name=WORDS)
DEADLINES = st.builds(
    Deadline,
    duty=st.sampled_from(("forward", "complete")),
    days=st.integers(0, (1 << 16) - 1),
    counted=st.sampled_from(("working", "calendar")),
    begins=DAYS,
    due=DAYS,
    source=WORDS,
    done=maybe(DAYS),
)
PLACES = st.builds(
    Place,
    province=region("33"),
    regency=region("33.74"),
    district=region("33.74.01"),
    village=region("33.74.01.1001"),
    text=WORDS,
    evidence=few(WORDS),
    pin=maybe(
        st.builds(
            Pin,
            latitude=st.floats(-90, 90),
            longitude=st.floats(-180, 180),
            regencies=few(region("33.74").filter(bool)),
        )
    ),
)
FILES = st.builds(
    Attachment, name=WORDS, media_type=WORDS, size_bytes=SMALL, sha256=st.just("0" * 64), url=maybe(WORDS)
)
RAWS = st.builds(Raw, body=st.binary(max_size=5), coding=WORDS, parts=st.integers(1, (1 << 16) - 1), upstream_id=WORDS)
ADDITIONS = st.builds(Addition, text=WORDS, received_at=TIMES, attachments=few(FILES), raw=RAWS)
DATES = st.builds(OccurredOn, date=DAYS, precision=st.sampled_from(DatePrecision))
COMPLAINTS = st.builds(
    Complaint,
    id=st.uuids(),
    tracking_code=CODES,
    channel=st.sampled_from(("sms", "web")),
    received_at=TIMES,
    occurred_on=maybe(DATES),
    title=WORDS,
    text=WORDS,
    place=PLACES,
    topic=maybe(WORDS),
    complaint_class=st.sampled_from(ComplaintClass),
    oversight=st.booleans(),
    attachments=few(FILES),
    reporter_ref=WORDS,
    anonymous=st.booleans(),
    secret=st.booleans(),
    missing=few(PARTS),
    raw=RAWS,
    additions=few(ADDITIONS),
    normaliser_version=WORDS,
    continues=maybe(WORDS),
)
READINGS = st.builds(
    MessageReading,
    occurred_on=maybe(DATES),
    place=PLACES,
    topic=maybe(WORDS),
    missing=few(PARTS),
    corrects=maybe(st.booleans()),
)
DISPOSITIONS = st.builds(
    Disposition,
    hop=SMALL,
    owner=AGENCIES,
    previous_owner=maybe(AGENCIES),
    triage=st.booleans(),
    confidence=SHARES,
    explanation=WORDS,
    evidence=few(st.builds(Evidence, rule=WORDS, span=WORDS, law=WORDS, weight=SHARES)),
    alternatives=few(st.builds(Alternative, id=st.text(min_size=1, max_size=5), name=WORDS, score=SHARES)),
    deadlines=few(DEADLINES),
    rules_version=WORDS,
    registry_version=WORDS,
)


OWN: dict[str, st.SearchStrategy[Any]] = {
    "complaint": COMPLAINTS,
    "disposition": DISPOSITIONS,
    "part": PARTS,
    "addition": ADDITIONS,
    "reading": READINGS,
    "to": st.text(min_size=1, max_size=5),
    "until": DAYS,
    "stars": st.integers(1, 5),
    "duty": st.sampled_from(("forward", "complete")),
    "level": st.integers(1, 5),
    "other": WORDS,
    "event": st.just("closed"),
    "continued_as": WORDS,
    "command": st.sampled_from(CommandKind),
    "result": st.sampled_from(Result),
    "text": WORDS,
}


def _fact(kind: FactKind) -> st.SearchStrategy[Fact]:
    builds: Callable[..., st.SearchStrategy[Fact]] = st.builds
    model = OF_KIND[kind]
    return builds(
        model,
        id=st.uuids(),
        complaint_id=st.uuids(),
        tracking_code=CODES,
        version=st.integers(1, (1 << 32) - 1),
        at=TIMES,
        caused_by=st.uuids(),
        actor=WORDS,
        secret=st.booleans(),
        **{name: strategy for name, strategy in OWN.items() if name in model.__struct_fields__},
    )


FACTS = st.sampled_from(FactKind).flatmap(_fact)
CASES = st.builds(
    Case,
    version=st.integers(1, (1 << 32) - 1),
    complaint_id=st.uuids(),
    tracking_code=CODES,
    state=st.sampled_from(get_args(CaseState)),
    complaint=COMPLAINTS,
    owner=AGENCIES,
    triage=st.booleans(),
    hop=SMALL,
    confidence=SHARES,
    explanation=WORDS,
    deadlines=few(DEADLINES),
    chain=few(st.builds(Hop, hop=SMALL, owner=AGENCIES, since=TIMES, caused_by=st.uuids()), least=1),
    refusals=few(st.builds(Refusal, hop=SMALL, agency_id=st.text(min_size=1, max_size=5), reason=WORDS, at=TIMES)),
    answers=few(st.builds(Answer, agency=AGENCIES, text=WORDS, at=TIMES, caused_by=st.uuids())),
    question=maybe(st.builds(Question, part=PARTS, at=TIMES)),
    questions=st.integers(0, (1 << 16) - 1),
    rules_version=WORDS,
    registry_version=WORDS,
    changed_at=TIMES,
    followed_up_at=maybe(TIMES),
    accepted_at=maybe(TIMES),
    extended_at=maybe(TIMES),
    ended_at=maybe(TIMES),
    ended_by=maybe(WORDS),
    deemed=st.booleans(),
    incomplete=st.booleans(),
    paused_s=st.integers(0, (1 << 32) - 1),
    disputes=st.integers(0, (1 << 16) - 1),
)
