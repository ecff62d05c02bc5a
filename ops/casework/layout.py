"""Lays out the sheet of a case as lines for people. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

from complaints import tracking
from complaints.fact import FactKind, Result
from complaints.values import ComplaintClass
from complaints.visible import visible
from ops.casework.show import Sheet
from ops.casework.times import clock, span

DUTIES: Final = {
    "forward": "forward",
    "first_follow_up": "follow up",
    "complete": "complete",
    "close": "closes by itself",
    "statute_completeness": "complete report? (statute)",
    "statute_decision": "decide (statute)",
}
"""The duties in words."""

_WIDE: Final = 27

COLOURS: Final[dict[str, str]] = {"hijau": "green", "kuning": "yellow", "merah": "red"}
"""The colours of deadlines in English."""

STATES: Final[dict[str, str]] = {
    "received": "at a triage desk",
    "awaiting_citizen": "asks the citizen",
    "routed": "forwarded",
    "accepted": "accepted",
    "postponed": "put off",
    "reopened": "open again",
    "answered": "answered",
    "closed": "closed",
    "withdrawn": "withdrawn",
    "merged": "supporter",
    "archived": "archived",
}
"""The states of a case (see complaints.case.CaseState)."""

VOID: Final = "void act"
"""The words for an act that the router refused, so that the case did not change."""

WITHHELD: Final = "(secret)"
"""Replaces the words of a secret report, because others in an office may see the screen. The JSON has them."""

At = Callable[[str], str]
"""Formats a moment in the local time of the case."""


def lines(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of a case's sheet: its status, complaint, owners, deadlines and events, and the replies to the citizen.

    Moments are in the local time of the place where the case happened. No character of what people wrote commands the terminal.
    """
    yield from map(visible, _lines(sheet))


def _lines(sheet: Sheet) -> Iterator[str]:
    at = partial(_at, sheet["province"])
    yield from _head(sheet, at)
    yield from _complaint(sheet)
    yield from _chain(sheet, at)
    yield "\ndeadlines"
    for duty, one in sheet["deadlines"].items():
        colour = f"done {one['done']}" if one["state"] == "done" else colour_of(duty, one["state"])
        counted = f"{one['days']} {one['counted']} days from {one['from']}, {one['source']}"
        yield f"  {DUTIES[duty]:{_WIDE}} {one['due']}  {colour:15}  {counted}"
    started, paused = at(sheet["clock"]["started_at"]), sheet["clock"]["paused_s"]
    yield f"  the clock runs since {started}; it waited for the citizen for {span(paused) if paused else 'no time'}"
    yield "\nevents"
    for event in sheet["events"]:
        words = _words(event)
        if sheet.get("secret") and event["kind"] == FactKind.added.value:
            words = WITHHELD
        by = f"{_by(event)}{': ' if words else ''}{words}"
        yield f"  {event['version']:3}  {at(event['at'])}  {_kind(event):20} {by}"
    yield "\nthe citizen was to be told"
    for reply in sheet["replies"]:
        yield f"  {at(reply['at'])}  {reply['kind']:10} {reply['text']}"
    if not sheet["replies"]:
        yield "  nothing yet"


def colour_of(duty: str, light: str) -> str:
    """Return the colour of a duty that is not fulfilled; of the close of an answered case, the condition instead."""
    return "unless disputed" if duty == "close" else COLOURS[light]


def _kind(event: Sheet) -> str:
    """Return the kind of an event in words; a declined act is "already done" or void."""
    if event["kind"] == FactKind.declined.value:
        return "already done" if event.get("result") == Result.already_applied.value else VOID
    return FactKind(event["kind"]).name.replace("_", " ")


def _by(event: Sheet) -> str:
    """Return who caused an event: the router if it chose an owner or asked for a part, "by code" for somebody with only the code."""
    chosen = event["kind"] == FactKind.routed.value or (event["kind"] == FactKind.asked.value and event.get("part"))
    return "router" if chosen else "by code" if event.get("by_code") else str(event["actor"])


def _words(event: Sheet) -> str:
    """Return the content of an event in one line."""
    told = {name: event.get(name) for name in ("owner", "part", "until", "to", "other", "duty", "event")}
    said = [f"{event['stars']} of 5"] if event.get("stars") else []
    said += [f"{event['command']}:"] if event.get("command") else []
    said += [f"{name} {value}" if name in {"until", "to"} else str(value) for name, value in told.items() if value]
    return " ".join(" ".join([*said, str(event.get("text") or "")]).split())


def _head(sheet: Sheet, at: At) -> Iterator[str]:
    kind = class_words(ComplaintClass(sheet["class"]), oversight=sheet["oversight"] or None)
    yield f"{tracking.spaced(sheet['code'])}  {STATES[sheet['state']]}  ({kind}, by {sheet['channel']})"
    desk = "  [triage desk]" if sheet["triage"] else ""
    yield f"  owner       {sheet['owner']['name']} ({sheet['owner']['id']}){desk}"
    for one in sheet.get("beside", ()):
        yield f"  beside it   {one['name']} ({one['id']})"
    yield f"  version     {sheet['version']}"
    yield from (f"  {name:11} {words}" for name, words in _conditions(sheet, at))


def class_words(kind: ComplaintClass | None, *, oversight: bool | None) -> str:
    """Return the class of a report, and whether it is one of oversight, in words. None is left out."""
    named = [kind.name.replace("_", " ")] if kind else []
    if oversight is not None:
        named.append("of oversight" if oversight else "not of oversight")
    return ", ".join(named)


def _conditions(sheet: Sheet, at: At) -> Iterator[tuple[str, str]]:
    """Yield the conditions that apply to the case now, as name and words."""
    for field, (name, words) in _CONDITIONS.items():
        if value := sheet.get(field):
            yield name, words(value, at)


def _question(question: Sheet, at: At) -> str:
    asked = question.get("part") or f"“{question['text']}”"
    return f"the citizen is asked for the {asked} since {at(question['at'])}"


def _rating(rating: Sheet, _: At) -> str:
    return f"{rating['stars']} of 5" + (f": {rating['text']}" if rating.get("text") else "")


def _overdue(overdue: dict[str, str], at: At) -> str:
    return ", ".join(f"{DUTIES[duty]} (noted {at(moment)})" for duty, moment in overdue.items())


_CONDITIONS: Final[dict[str, tuple[str, Callable[[Any, At], str]]]] = {
    "question": ("question", _question),
    "postponed": ("put off", lambda put, _: f"to {put['until']}: {put['text']}"),
    "main": ("supports", lambda main, _: f"{tracking.spaced(main)}, whose owner handles it"),
    "proposed": ("proposed", lambda main, _: f"to be merged into {tracking.spaced(main)}, which has not answered"),
    "supporters": ("supporters", lambda count, _: str(count)),
    "overdue": ("overdue", _overdue),
    "escalation": ("escalated", lambda one, at: f"level {one['level']}, {one['title']}, since {at(one['at'])}"),
    "disputes": ("disputed", lambda count, _: f"{count} {'answer' if count == 1 else 'answers'}"),
    "incomplete": (
        "incomplete",
        lambda _, __: "the question was not answered, or did not arrive: the case is handled with what there is",
    ),
    "deemed": ("deemed", lambda _, __: "withdrawn by the law: no answer in 30 days (UU 25/2009 Pasal 44)"),
    "rating": ("rating", _rating),
    "recorded_by": ("recorded", lambda agency, _: f"by {agency} on the citizen's behalf"),
    "source": ("source", lambda source, _: str(source)),
    "anonymous": ("hidden", lambda _, __: "the person"),
    "secret": ("hidden", lambda _, __: "the report"),
}
"""The conditions that may apply to a case: the field of the sheet, the name for people, and the words for its value."""


def _complaint(sheet: Sheet) -> Iterator[str]:
    """Yield the complaint in the citizen's own words, with his additions. A title that is only the beginning of the text is left out."""
    title, text = sheet["title"], sheet["text"]
    if not " ".join(text.split()).startswith(title.removesuffix("…")):
        text = f"{title}\n{text}"
    yield "\nthe complaint"
    yield from (f"  {line}".rstrip() for line in (WITHHELD if sheet.get("secret") else text).splitlines())


def _chain(sheet: Sheet, at: At) -> Iterator[str]:
    yield "\nowners"
    for one in sheet["chain"]:
        ended = f"until it was {one['ended_by']}" if one["ended_by"] else "still"
        if one["ended_by"] == "addition":
            ended = "until a message of the citizen showed another owner"
        desk = "  [triage desk]" if one["triage"] else ""
        yield f"  hop {one['hop']}  {one['name']} ({one['agency_id']}){desk}"
        yield f"         since {at(one['decided_at'])}, for {span(one['held_for'])}, {ended}"
        yield f"         {one['why']}"


def _at(province: str | None, moment: str) -> str:
    return clock(datetime.fromisoformat(moment), province)
