"""Carries out what the table decides for a message (conversation/table.py)."""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from complaints import ids
from complaints.command import CommandKind, Hide
from complaints.limits import as_reason
from complaints.mail import MessageKind
from complaints.status_requests import EXAMPLE_CODE
from complaints.tracking import spaced
from conversation.heard import Fresh, Heard
from conversation.opening import Opens
from conversation.passing import Landed, Passing, command, hide_first, landed, reopen_too, status, tells
from conversation.records import Turn
from conversation.situation import Situation, Standing, Tells
from conversation.table import DONE, LIVES, Act, row_for
from normalizer.language import cues
from normalizer.language.commands import Order, word_of

_REGENCY: Final = len("33.74")
"""Number of characters in the code of a regency; the codes of the regions in it begin with them."""

_HIDES_NOTHING: Final = frozenset(Act) - {Act.open, Act.accuse, Act.add, Act.apart, Act.answer, Act.hide}
"""Acts that do not look at what the message asks to hide, so that it is hidden before them."""

_WISHED: Final = 0.5
"""Minimum probability that a message that opens a case also asks to hide the case before it."""


class Acts:
    """Carries out the acts of the table."""

    def __init__(self, opens: Opens, passing: Passing) -> None:
        self._opens, self._passing = opens, passing
        self._does: Mapping[Act, Callable[[Turn, Heard, Standing], Landed]] = {
            Act.open: self._opened,
            Act.accuse: self._accused,
            Act.both: self._told_both,
            Act.add: self._added,
            Act.apart: lambda turn, heard, stands: passing.add_apart(turn, heard.message, heard.id, stands.about),
            Act.answer: self._added,
            Act.agree: self._agreed,
            Act.dispute: lambda turn, heard, stands: passing.dispute(turn, heard, stands.about),
            Act.move: lambda turn, heard, stands: passing.correct(turn, heard, stands.about),
            Act.withdraw: self._withdrawn,
            Act.rate: _rated,
            Act.scale: self._scaled,
            Act.noted: lambda _turn, _heard, stands: landed(MessageKind.thanks, stands.about),
            Act.hide: lambda turn, heard, _: hide(turn, heard),
            Act.silence: self._asked_to_stop,
            Act.hear: lambda turn, heard, _: hears(turn, heard, silent=False),
            Act.help: lambda turn, heard, _: tells(turn, heard, "help"),
            Act.which: lambda turn, heard, _: which(turn, heard, word_of("withdraw")),
            Act.status: self._told_status,
        }

    def do(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        """Carry out the act that the table decides for a message, and return what the message became."""
        act = row_for(heard, stands).acts[stands.situation]
        if heard.cries and act is not Act.open:
            stands.about.danger = True
        opens = act is Act.open and not heard.cries
        wishes = act in _HIDES_NOTHING or (opens and heard.sure_of("hide") >= _WISHED)
        if wishes and stands.case is not None:
            hide_first(turn, heard.message, heard.id, stands.case)
        return self._does[act](turn, heard, stands)

    def beside(self, turn: Turn, heard: Heard, stands: Standing) -> None:
        """Open a separate case if the words sent with a command report danger to life for which the table opens a case."""
        if heard.cries and row_for(heard, stands).acts[stands.situation] is Act.open:
            self._passing.alone(turn, heard, ids.companion_id(heard.id, CommandKind.add.value), stands.about)

    def _opened(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        """Open a case for each story of a message, and tell how to send a second matter that has none.

        A message without a place is about the regency of the case that its citizen wrote about before. A public body's post
        without a matter is ignored. If the sender is known only to have the code of a case, the message is passed on to that
        case, and the router opens another one for it.
        """
        if stands.case is not None and not (heard.message.sender and stands.case.id):
            return self._passing.alone(turn, heard, heard.id, stands.case)
        if heard.message.official and not heard.names_matter:
            return Landed(MessageKind.ignored)
        (first, *others), are_two_matters = self._opens.stories(turn, self._nearby(turn, heard, stands))
        became = self._opens.opened(turn, first)
        for other in others:
            self._opens.opened(turn, other)
        if are_two_matters and became.kind is MessageKind.complaint:
            tells(turn, heard, "two_matters")
        return became

    def _nearby(self, turn: Turn, heard: Heard, stands: Standing) -> Heard:
        """Return a message that names no place as one from the regency of its citizen's case of these weeks."""
        case = stands.case
        if case is None or not case.region or heard.is_placed or stands.situation not in LIVES | DONE:
            return heard
        return self._opens.heard(turn, replace(heard.message, keyword_region=case.region[:_REGENCY]), heard.id)

    def _accused(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        """Make a complaint of an accusation after an answer: it is for others than the owner, and says nothing of the answer.

        It happened where the answered case is, unless it says where; it lacks no subject, and the accused does not look into it.
        """
        hides, told, was_read = self._nearby(turn, heard, stands).fresh
        missing = tuple(part for part in told.missing if part != "subject")
        heard.fresh = Fresh(hides, replace(told, missing=missing, oversight=True), was_read)
        return self._opens.opened(turn, heard)

    def _told_both(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        reopen_too(turn, heard, stands.about)
        return self._opens.opened(turn, self._nearby(turn, heard, stands))

    def _added(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        added = self._passing.add(turn, heard.message, heard.id, stands.about)
        is_answer = stands.situation in {Situation.asked, Situation.withdrawn} and not stands.is_named
        return replace(added, kind=MessageKind.answer) if is_answer else added

    def _agreed(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        is_date = stands.about.part == "date" and heard.found.intent == "smalltalk"  # "tadi pagi"
        if stands.about.polar or is_date:
            return self._added(turn, heard, stands)
        return landed(MessageKind.thanks, stands.about)

    def _withdrawn(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        """Name the word that withdraws the case, or ask which case is meant if that is not clear. An open case keeps the message."""
        others = [case for case in turn.state.cases if case.is_alive and case is not stands.case]
        if others and not stands.is_named and not cues.names_topic(stands.about.topic or "", heard.said):
            return self._asked_first(turn, heard, stands, which(turn, heard, word_of("withdraw")))
        said = tells(turn, heard, "sure_withdraw", code=spaced(stands.about.code))
        return self._asked_first(turn, heard, stands, said)

    def _asked_to_stop(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        return self._asked_first(turn, heard, stands, tells(turn, heard, "sure_stop"))

    def ask_back(self, turn: Turn, heard: Heard, stands: Standing, order: Order) -> Landed | None:
        """Ask whether a command is meant, because its word has other meanings. Return None if the table is to read the message."""
        if order.act == "stop":
            return self._asked_to_stop(turn, heard, stands)
        if stands.case is not None and (stands.case.foreign or stands.situation is Situation.withdrawn):
            return None
        if stands.case is not None and order.act == "withdraw":
            return self._withdrawn(turn, heard, stands)
        return self._asked_first(turn, heard, stands, which(turn, heard, order.word))

    def _told_status(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        """Tell the status of a case. The case keeps the message's other words, without effect; a matter elsewhere opens a new case."""
        code = stands.case.code if stands.case else None
        told = status(turn, heard.message, heard.id, code, names_none=not code)
        if heard.says_only:
            return told
        id_ = ids.companion_id(heard.id, CommandKind.add.value)
        if stands.tells is Tells.elsewhere and heard.names_matter and not heard.is_of_us:
            self._opens.opened(turn, self._opens.heard(turn, heard.message, id_))
        elif stands.situation in LIVES:
            self._passing.add_apart(turn, heard.message, id_, stands.about, companion=True)
        return told

    def _asked_first(self, turn: Turn, heard: Heard, stands: Standing, told: Landed) -> Landed:
        """Add the message to its case if that is open, because the wish is only likely. An ended case would be opened again by it."""
        case = stands.case
        if case is None or not case.is_alive:
            return told
        return self._passing.add(turn, heard.message, heard.id, case, companion=True)

    def _scaled(self, turn: Turn, heard: Heard, stands: Standing) -> Landed:
        if heard.also_disputes and stands.situation in DONE:
            return self._passing.dispute(turn, heard, stands.about)
        return tells(turn, heard, "off_scale")


def hide(turn: Turn, heard: Heard, asked: str = "") -> Landed:
    """Hide all open cases of a citizen, or else the latest: to hide too much does the least harm. An open question stays open.

    `asked` is what the command hides, "secret" or "anonymous". It is empty if he asked in other words, which the latest case keeps.
    """
    living = [case for case in turn.state.cases if case.is_alive] or turn.state.cases[-1:]
    person = asked != "secret" or None
    report = (asked == "secret" if asked else heard.fresh.message.secret) or None
    for case in living:
        is_latest = case is living[-1]
        if is_latest or (person and not case.anonymous) or (report and not case.secret):
            id_ = heard.id if is_latest else ids.companion_id(heard.id, f"hide/{case.code}")
            said = as_reason(heard.message.text) if is_latest and not asked else ""
            head = turn.head(heard.message, id_, case.code)
            turn.write(Hide(**head, text=said, anonymous=person, secret=report))
            case.hide(anonymous=person, secret=report)
    return landed(MessageKind.request, living[-1])


def _rated(turn: Turn, heard: Heard, stands: Standing) -> Landed:
    """Rate a case with the number alone. Reopen it with the message's words if a clause says that the matter is not settled."""
    rated = command(turn, heard, stands.about, f"rate:{heard.rating}")
    if heard.also_disputes:
        reopen_too(turn, heard, stands.about)
    return rated


def hears(turn: Turn, heard: Heard, *, silent: bool) -> Landed:
    """Stop or resume our texts to a citizen. Name the word that undoes it; if resumed, ask for the status that he has missed."""
    if silent:
        turn.state.silent_ms = turn.at_ms
        turn.state.missed_ms = turn.state.missed_ms or turn.at_ms
        for case in turn.state.cases:
            case.after_stop = False
    else:
        for case in turn.state.cases:
            if max(case.told_ms, case.withdrawn_ms) > turn.state.missed_ms > 0:  # it tells what was not sent
                status(turn, heard.message, ids.companion_id(heard.id, f"status/{case.code}"), case.code)
        turn.state.silent_ms = turn.state.missed_ms = 0
    return replace(tells(turn, heard, "silent" if silent else "not_silent"), kind=MessageKind.silence)


def which(turn: Turn, heard: Heard, word: str) -> Landed:
    """Ask which case a command is about."""
    return tells(turn, heard, "which_case", answer=word, code=EXAMPLE_CODE)
