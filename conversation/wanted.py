"""Does with a message what the table says (conversation/table.py), if it only wants something and tells nothing beside."""

from typing import Final, NamedTuple
from uuid import UUID

from complaints.command import CommandKind
from complaints.event import Complaint
from complaints.limits import as_reason
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.status_requests import EXAMPLE_CODE
from complaints.wording import text
from conversation import citizen as memory
from conversation import continuing, passing
from conversation.citizen import Document
from conversation.matching import is_other_matter, meant_among
from conversation.passing import Landed, Passing, landed
from conversation.said import orders, verdicts
from conversation.said.own import own_words
from conversation.said.words import TOLD_WORDS, folded
from conversation.table import TABLE, Act, Situation, act_for
from conversation.turn import Turn
from conversation.wishes import hears
from normalizer.language.understanding import Understood, tells_beside, understood

EVERY: Final = frozenset(row.intent for row in TABLE)
CONTENT: Final = frozenset(("settled", "thanks", "agree"))
"""The intents of the table, and those of who is content with an answer."""

_OF_A_MATTER: Final = {Act.dispute, Act.add, Act.status}
"""The acts of messages that also tell the matter of the case."""

_TELLS: Final = {"story", "danger", "dispute", "place", "correction"}
_LIKELY: Final = 0.4
"""The intents of a clause that tells something, and how likely one must be not to be lost."""

_CERTAIN: Final = 0.9
"""How likely a question for the status must be, whatever place its words seem to name: "laporanku piye kabare"."""

_WITH_FILES: Final = {Act.dispute, Act.add}


class _Wish(NamedTuple):
    """A message that may only want something.

    Attributes:
        turn: the record that brought it.
        message: the whole message.
        id: its id.
        fresh: what it would be as a complaint.
        found: what its citizen wants.
    """

    turn: Turn
    message: InboundMessage
    id: UUID
    fresh: Complaint
    found: Understood


class Wanted:
    """Handles messages that want something and tell nothing."""

    def __init__(self, passing: Passing, question_ms: int) -> None:
        """Take what that needs.

        Args:
            passing: passes messages on to cases.
            question_ms: for so many milliseconds a question to the citizen stays open.
        """
        self._passing, self._question_ms = passing, question_ms

    def told(
        self, turn: Turn, message: InboundMessage, id_: UUID, *, only: frozenset[str] = EVERY, sure: float = 0.0
    ) -> Landed | None:
        """Return what a message becomes that names no case and wants what the table knows; None if it is content.

        Args:
            turn: the record that brought the message.
            message: the whole message, of a sender who is known.
            id_: its id.
            only: the intents that count.
            sure: how likely one must be at least, from 0 to 1.
        """
        said = own_words(message)
        found = understood(said)
        if found.intent not in only or found.confidence < sure or len(folded(said)) > TOLD_WORDS:
            return None
        act = act_for(found.intent, found.confidence, self._situation(turn))
        if act is None or (message.attachments and act not in _WITH_FILES):
            return None
        wish = _Wish(turn, message, id_, self._passing.look(turn, message), found)
        tells = act not in _OF_A_MATTER and _tells(wish, said)
        return None if tells else self._done(wish, act)

    def _situation(self, turn: Turn) -> Situation:
        cases = turn.state["cases"]
        if not cases:
            return Situation.new
        asked = memory.asked(turn.state, since_ms=turn.at_ms - self._question_ms)
        answered = verdicts.answered_of(cases, turn.at_ms)
        if asked and (not answered or asked[0]["asked_ms"] > verdicts.told_ms(answered[0])):
            return Situation.asked
        if answered:
            return Situation.answered
        return Situation.alive if any(map(continuing.is_alive, cases)) else Situation.ended

    def _done(self, wish: _Wish, act: Act) -> Landed | None:
        turn, message, id_, *_ = wish
        if act is Act.hear and "silent_ms" not in turn.state:
            return None
        if act in {Act.silence, Act.hear}:
            return hears(turn, message, id_, silent=act is Act.silence)
        if act is Act.help:
            turn.say(message, id_, ReplyKind.small_talk, text("help", message.channel))
            return Landed(MessageKind.small_talk)
        if act is Act.which:
            return _asks_which(wish)
        if not turn.state["cases"]:  # who asks for the status of none is told how to ask
            return passing.status(turn, message, id_, None, names_none=True)
        return self._done_with(wish, act)

    def _done_with(self, wish: _Wish, act: Act) -> Landed | None:
        """Do something with the case that a message is about; None if it tells another matter, elsewhere."""
        turn, message, id_, fresh, found = wish
        cases = _possible(turn, act)
        meant = meant_among(cases, fresh) if cases[1:] else cases[0]
        if act is Act.withdraw:
            return _withdrawn(wish, meant)
        about = meant or cases[-1]
        if act is Act.noted:
            return landed(MessageKind.thanks, about)
        is_elsewhere = is_other_matter(about, fresh) and fresh.place.province is not None
        if act is Act.status and (not is_elsewhere or found.confidence >= _CERTAIN):
            return passing.status(turn, message, id_, about["code"])
        if is_elsewhere:
            return None
        if act is Act.dispute:
            return self._passing.dispute(turn, message, id_, about)
        return self._passing.add(turn, message, id_, about, MessageKind.addition)


def _tells(wish: _Wish, said: str) -> bool:
    """Return whether a message tells something beside what it wants: a clause, some words in a row, or a place."""
    clauses = wish.found.clauses
    beside = len(clauses) > 1 and any(one.intent in _TELLS and one.confidence >= _LIKELY for one in clauses)
    return beside or tells_beside(said) or wish.fresh.place.province is not None


def _possible(turn: Turn, act: Act) -> list[Document]:
    """Return the cases with which an act can be done, or else all, the latest last."""
    cases: list[Document] = turn.state["cases"]
    if act is Act.dispute:
        return verdicts.answered_of(cases, turn.at_ms)[::-1] or cases
    return [case for case in cases if continuing.is_alive(case)] or cases


def _withdrawn(wish: _Wish, about: Document | None) -> Landed:
    if about is None:
        return _asks_which(wish)
    if not continuing.is_alive(about):
        return landed(MessageKind.thanks, about)
    why = as_reason(wish.message.text)
    return passing.act(wish.turn, wish.message, wish.id, about, orders.Act(CommandKind.withdraw), why)


def _asks_which(wish: _Wish) -> Landed:
    said = text("which_case", wish.message.channel, answer=orders.WITHDRAWS, code=EXAMPLE_CODE)
    wish.turn.say(wish.message, wish.id, ReplyKind.small_talk, said)
    return Landed(MessageKind.small_talk)
