"""Writes the life of a case in order, with dates, causes and rules, for `lapor explain`. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from complaints import fact as happened
from complaints import tracking
from complaints.case import Case
from complaints.command import CASE, CITIZEN, CLOCK, CONVERSATION, NEIGHBOURS
from complaints.disposition import Deadline, Disposition
from complaints.fact import AnyFact, Fact, OfSupporter, Result, deadlines_of, text_of
from normalizer.language.examples import OF_SUBJECTS
from normalizer.language.understanding import nearest
from ops.casework.layout import DUTIES, STATES, VOID, class_words, colour_of
from ops.casework.show import BY_CODE, deadlines, province, title_of_level
from ops.casework.times import clock
from router.routing import OF_SUBJECT

_WHO: Final = {
    CITIZEN: "the citizen",
    CLOCK: "the clock",
    NEIGHBOURS: "the search for duplicates",
    CONVERSATION: "the conversation with the citizen",
    CASE: "another case",
}


def story(case: Case, facts: Sequence[AnyFact], now: datetime) -> Iterator[str]:
    """Yield the life of a case as lines: the owner of each hop with the reasons, the events in between, and its present status.

    The source of law of each rule and deadline is written only the first time.
    """
    yield f"case {tracking.spaced(case.tracking_code)}  (complaint {case.complaint_id}, version {case.version}, {STATES[case.state]})"
    told: set[str] = set()
    for fact in facts:
        at = clock(fact.at, province(case))
        if isinstance(fact, happened.Routed):
            yield from _owner(fact.disposition, at, told, case.complaint.text)
            yield from _deadlines(fact.disposition.deadlines, told)
        else:
            yield f"\n{at}  {_sentence(fact)}"
            yield from _deadlines(deadlines_of(fact), told)
    yield f"\nnow: {STATES[case.state]}, with {case.owner.name} ({case.owner.id})"
    for duty, one in deadlines(case, now).items():
        state = f"done on {one['done']}" if one["state"] == "done" else colour_of(duty, one["state"])
        yield f"  {DUTIES[duty]}: by {one['due']}, {state}"


def _who(actor: str) -> str:
    return _WHO.get(actor, actor)


def _because(fact: Fact) -> str:
    words = " ".join(text_of(fact).split())
    return f": {words}" if words else ""


def _asked(fact: happened.Asked) -> str:
    return (
        f"the citizen is asked for the {fact.part}" if fact.part else f"{fact.actor} asked the citizen{_because(fact)}"
    )


def _declined(fact: happened.Declined) -> str:
    act = f"{fact.command} by {_who(fact.actor)}"
    if fact.result is Result.already_applied:
        return f"{act} was already done{_because(fact)}"
    return f"{VOID}: {act} changed nothing{_because(fact)}"


def _hidden(fact: happened.Hidden) -> str:
    return " and ".join(
        words for words, is_so in (("the person", fact.anonymous), ("the report", fact.secret)) if is_so
    )


def _echoed(fact: happened.Echoed) -> str:
    was = {
        "extended": f"took more time, until {fact.until}",
        "postponed": f"was put off to {fact.until}",
        "next_right": "is so long overdue that the citizen heard of the Ombudsman",
    }.get(fact.event, f"was {fact.event}")
    return f"its main case {_other(fact)} {was}{_because(fact)}"


def _withdrawn(fact: happened.Withdrawn) -> str:
    if fact.deemed:
        return (
            "the citizen is deemed to have withdrawn: 30 days without an answer (UU 25/2009 Pasal 44 ayat (4) and (5))"
        )
    behalf = "" if fact.actor == CITIZEN else f" on the citizen's behalf ({fact.source or 'no source'})"
    return f"{_who(fact.actor)} withdrew the complaint{behalf}{_because(fact)}"


def _opened(fact: happened.Opened) -> str:
    complaint = fact.complaint
    clerk = f", recorded by {complaint.recorded_by} ({complaint.source})" if complaint.recorded_by else ""
    before = f", continuing {tracking.spaced(complaint.continues)}" if complaint.continues else ""
    return f"the complaint was received by {complaint.channel}{clerk}{before}: {complaint.title}"


def _escalated(fact: happened.Escalated) -> str:
    agency = f"{fact.agency.name} ({fact.agency.id})" if fact.agency else "nobody"
    return f"escalated to level {fact.level}, {title_of_level(fact.level)}: {agency}"


def _reclassified(fact: happened.Reclassified) -> str:
    named = class_words(fact.complaint_class, oversight=fact.oversight)
    return f"{fact.actor} reclassified it as {named}{_because(fact)}"


def _added(fact: happened.Added) -> str:
    by = f"somebody {BY_CODE}" if fact.addition.by_code else "the citizen"
    return f"{by} added: {fact.addition.text}"


def _suggestion(fact: happened.Refused) -> str:
    return f" (suggests {fact.to})" if fact.to else ""


def _other(fact: happened.Proposed | happened.Merged | happened.Unmerged | OfSupporter | happened.Echoed) -> str:
    return tracking.spaced(fact.other) if fact.other else "a case that is not shown here"


def _sentence(fact: AnyFact) -> str:  # noqa: C901, PLR0911, PLR0912  # a branch for each kind
    """Return the words for a fact; for `routed`, whose owner has lines of its own, the explanation."""
    match fact:
        case happened.Routed():
            return fact.disposition.explanation
        case happened.Opened():
            return _opened(fact)
        case happened.Asked():
            return _asked(fact)
        case happened.Added():
            return _added(fact)
        case happened.Refused():
            return f"{fact.actor} refused{_suggestion(fact)}{_because(fact)}"
        case happened.Answered():
            return f"{fact.actor} answered{' finally' if fact.final else ''}{_because(fact)}"
        case happened.Continued():
            return f"a message became the case {fact.continued_as}"
        case happened.Verified():
            return f"{fact.actor} said that the report is complete{_because(fact)}"
        case happened.Accepted():
            return f"{fact.actor} accepted the case{_because(fact)}"
        case happened.HandedOn():
            return f"{fact.actor} handed it on to {fact.to}{_because(fact)}"
        case happened.Extended():
            return f"{fact.actor} took more time{_because(fact)}"
        case happened.Postponed():
            return f"{fact.actor} put it off to {fact.until}{_because(fact)}"
        case happened.Resumed():
            return "the day to which it was put off has come"
        case happened.Closed():
            return f"{_who(fact.actor)} closed the case{_because(fact)}"
        case happened.Reopened():
            return f"{_who(fact.actor)} opened it again{_because(fact)}"
        case happened.Rated():
            return f"the citizen rated it with {fact.stars} of 5{_because(fact)}"
        case happened.Withdrawn():
            return _withdrawn(fact)
        case happened.Hidden():
            return f"hidden from now on: {_hidden(fact)}"
        case happened.Shown():
            return "what was hidden is shown again"
        case happened.Rerouted():
            return f"{fact.actor} rerouted it to {fact.to}{_because(fact)}"
        case happened.Reclassified():
            return _reclassified(fact)
        case happened.Prioritised():
            return f"{fact.actor} {'marked it as urgent' if fact.text else 'took the mark of urgency away'}{_because(fact)}"
        case happened.Archived():
            return f"{fact.actor} archived it as spam{_because(fact)}"
        case happened.Reminded():
            return "the citizen was reminded of the question"
        case happened.Unanswered():
            return "the question is closed without an answer: the case is handled with what there is"
        case happened.Unheard():
            return f"the citizen does not hear the question{_because(fact)}: the case is handled with what there is"
        case happened.Overdue():
            return f"overdue: {DUTIES[fact.duty]}"
        case happened.Escalated():
            return _escalated(fact)
        case happened.Proposed():
            return f"{_who(fact.actor)} proposed to merge it into {_other(fact)}{_because(fact)}"
        case happened.Merged():
            return f"merged: it is a supporter of {_other(fact)}"
        case happened.Unmerged():
            return f"not merged with {_other(fact)}, or no longer{_because(fact)}"
        case happened.Seconded():
            return (
                f"the citizen of {_other(fact)} adds{_because(fact)}"
                if fact.other
                else "the citizen of a supporter added what is not shown any more"
            )
        case happened.Forgotten():
            return "what the citizen of a supporter has added is not shown any more"
        case happened.Supported():
            return f"{_other(fact)} became its supporter"
        case happened.Left():
            return f"{_other(fact)} is its supporter no longer"
        case happened.Echoed():
            return _echoed(fact)
        case happened.Declined():
            return _declined(fact)


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
