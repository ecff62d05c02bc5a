"""Writes the life of a case in order, with dates, causes and rules, for `lapor explain`. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from complaints import tracking
from complaints.case import Case
from complaints.disposition import Deadline, Disposition
from complaints.fact import AnyFact, Routed, deadlines_of
from complaints.notices import notices
from normalizer.language.examples import OF_SUBJECTS
from normalizer.language.understanding import nearest
from ops.casework.layout import DUTIES, STATES, colour_of
from ops.casework.sentences import sentence
from ops.casework.show import deadlines, province
from ops.casework.times import clock
from router.routing import OF_SUBJECT


def story(case: Case, facts: Sequence[AnyFact], now: datetime) -> Iterator[str]:
    """Yield the life of a case as lines: the owner of each hop with the reasons, the events in between, and its present status.

    The source of law of each rule and deadline is written only the first time.
    """
    yield f"case {tracking.spaced(case.tracking_code)}  (complaint {case.complaint_id}, version {case.version}, {STATES[case.state]})"
    told: set[str] = set()
    for fact in facts:
        at = clock(fact.at, province(case))
        if isinstance(fact, Routed):
            yield from _owner(fact.disposition, at, told, case.complaint.text)
            yield from _deadlines(fact.disposition.deadlines, told)
        else:
            yield f"\n{at}  {sentence(fact, notices()[fact.kind].story)[0]}"
            yield from _deadlines(deadlines_of(fact), told)
    yield f"\nnow: {STATES[case.state]}, with {case.owner.name} ({case.owner.id})"
    for duty, one in deadlines(case, now).items():
        state = f"done on {one['done']}" if one["state"] == "done" else colour_of(duty, one["state"])
        yield f"  {DUTIES[duty]}: by {one['due']}, {state}"


def _owner(disposition: Disposition, at: str, told: set[str], text: str) -> Iterator[str]:
    desk = "  [triage desk: the owner is not clear yet]" if disposition.triage else ""
    yield f"\nhop {disposition.hop}: {disposition.owner.name} ({disposition.owner.id}) since {at}{desk}"
    yield f"  {disposition.explanation}"
    versions = f"rules {disposition.rules_version}, registry {disposition.registry_version}"
    yield f"  confidence {disposition.confidence:.2f}, {versions}"
    for evidence in disposition.evidence:
        span = f' "{evidence.span}"' if evidence.span else ""
        law = f" [{evidence.law}]" if evidence.law and evidence.law not in told else ""
        told.add(evidence.law)
        yield f"  - {evidence.rule}{span}{law} weight {evidence.weight:.2f}"
        if evidence.rule.startswith(OF_SUBJECT):
            for _, example in nearest(OF_SUBJECTS, text, 1, of=(evidence.rule.removeprefix(OF_SUBJECT),)):
                yield f"    like: {example.text}"
    for other in disposition.alternatives:
        yield f"  or {other.name} ({other.id}) {other.score:.2f}"


def _deadlines(deadlines: Iterable[Deadline], told: set[str]) -> Iterator[str]:
    """Yield the deadlines that are new or have changed, with their source of law the first time."""
    for one in deadlines:
        days, due = f"{one.days} {one.counted} days from {one.begins}", f"{one.duty}: by {one.due}"
        line = f"{due} ({days})" + (f", done on {one.done}" if one.done else "")
        rule = f"{one.duty}/{one.source}"
        if line not in told:
            yield f"  {line}" if rule in told else f"  {line.replace(days, f'{days}, {one.source}')}"
        told |= {line, rule}
