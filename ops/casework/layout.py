"""Lays out what is shown of a case as lines for people. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from complaints import tracking
from ops.casework.show import Sheet
from ops.casework.times import clock, span

DUTIES: Final = {
    "forward": "forward",
    "first_follow_up": "follow up",
    "complete": "complete",
    "close": "close",
    "statute_completeness": "complete report? (statute)",
    "statute_decision": "decide (statute)",
}
"""The duties in words of one column."""

_WIDE: Final = 27


def lines(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of a case's sheet: how it stands, its owners, its deadlines, what happened and what the citizen was told."""
    yield from _head(sheet)
    yield from _chain(sheet)
    yield "\ndeadlines"
    for duty, one in sheet["deadlines"].items():
        colour = f"done {one['done']}" if one["state"] == "done" else one["state"]
        counted = f"{one['days']} {one['counted']} days from {one['from']}, {one['source']}"
        yield f"  {DUTIES[duty]:{_WIDE}} {one['due']}  {colour:15}  {counted}"
    started, paused = _at(sheet["clock"]["started_at"]), sheet["clock"]["paused_s"]
    yield f"  the clock runs since {started}; it waited for the citizen for {span(paused) if paused else 'no time'}"
    yield "\nevents"
    for event in sheet["events"]:
        words = " ".join(str(event.get("text") or event.get("owner") or "").split())
        yield f"  {event['version']:3}  {_at(event['at'])}  {event['kind']:20} {event['actor']}{': ' if words else ''}{words}"
    yield "\nthe citizen was told"
    for reply in sheet["replies"]:
        yield f"  {_at(reply['at'])}  {reply['kind']:10} {reply['text']}"
    if not sheet["replies"]:
        yield "  nothing yet"


def _head(sheet: Sheet) -> Iterator[str]:
    oversight = ", berkadar pengawasan" if sheet["oversight"] else ""
    yield f"{tracking.spaced(sheet['code'])}  {sheet['state']}  ({sheet['class']}{oversight}, by {sheet['channel']})"
    desk = "  [triage desk]" if sheet["triage"] else ""
    yield f"  owner       {sheet['owner']['name']} ({sheet['owner']['id']}){desk}"
    for one in sheet.get("beside", ()):
        yield f"  beside it   {one['name']} ({one['id']})"
    yield f"  version     {sheet['version']}"
    yield from (f"  {name:11} {words}" for name, words in _conditions(sheet))


def _conditions(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield what applies to the case now: a name and words for each."""
    for field, (name, words) in _CONDITIONS.items():
        if value := sheet.get(field):
            yield name, words(value)


def _question(question: Sheet) -> str:
    asked = question.get("part") or f"“{question['text']}”"
    return f"the citizen is asked for the {asked} since {_at(question['at'])}"


def _rating(rating: Sheet) -> str:
    return f"{rating['stars']} of 5" + (f": {rating['text']}" if rating.get("text") else "")


def _overdue(overdue: dict[str, str]) -> str:
    return ", ".join(f"{DUTIES[duty]} (noted {_at(at)})" for duty, at in overdue.items())


_CONDITIONS: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "question": ("question", _question),
    "postponed": ("put off", lambda put: f"to {put['until']}: {put['text']}"),
    "main": ("supports", lambda main: f"{tracking.spaced(main)}, whose owner handles it"),
    "proposed": ("proposed", lambda main: f"to be merged into {tracking.spaced(main)}, which has not answered"),
    "supporters": ("supporters", str),
    "overdue": ("overdue", _overdue),
    "escalation": ("escalated", lambda one: f"level {one['level']}, {one['title']}, since {_at(one['at'])}"),
    "disputes": ("disputed", lambda count: f"{count} {'answer' if count == 1 else 'answers'}"),
    "incomplete": ("incomplete", lambda _: "the citizen did not answer: the case is handled with what there is"),
    "deemed": ("deemed", lambda _: "withdrawn by the law: no answer in 30 days (UU 25/2009 Pasal 44)"),
    "rating": ("rating", _rating),
    "recorded_by": ("recorded", lambda agency: f"by {agency} on the citizen's behalf"),
    "source": ("source", str),
    "anonymous": ("hidden", lambda _: "the person (anonim)"),
    "secret": ("hidden", lambda _: "the report (rahasia)"),
}
"""What may apply to a case: the field of the sheet, the name that people read, and the words for its value."""


def _chain(sheet: Sheet) -> Iterator[str]:
    yield "\nowners"
    for one in sheet["chain"]:
        ended = f"until it was {one['ended_by']}" if one["ended_by"] else "still"
        if one["ended_by"] == "addition":
            ended = "until a message of the citizen showed another owner"
        desk = "  [triage desk]" if one["triage"] else ""
        yield f"  hop {one['hop']}  {one['name']} ({one['agency_id']}){desk}"
        yield f"         since {_at(one['decided_at'])}, for {span(one['held_for'])}, {ended}"
        yield f"         {one['why']}"


def _at(moment: str) -> str:
    return clock(datetime.fromisoformat(moment))
