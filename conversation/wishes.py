"""Does what a citizen wishes: silence; for his reports, that they be hidden, that one be withdrawn, how one stands."""

import re
from typing import Final
from uuid import UUID

from complaints import ids, status_requests
from complaints.command import CommandKind
from complaints.limits import as_reason
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.tracking import spaced
from complaints.wording import text
from conversation import citizen as memory
from conversation import continuing, passing
from conversation.citizen import Document
from conversation.matching import meant_among
from conversation.passing import Landed, Passing
from conversation.said import orders, questions, verdicts
from conversation.said.own import own_words
from conversation.secrecy import hidden, only_wishes
from conversation.turn import Turn

_LETTERS: Final = re.compile(r"[A-Za-z]+")
_WITH_THE_CODE: Final = {CommandKind.disagree, CommandKind.reopen, CommandKind.hide}
"""What whoever has the code of a case does with it from another number, as from a new one. Nobody else withdraws or rates a case."""

_PART_OF_CODE: Final = 4
"""Letters of a word in capitals that may be a part of a code, which is told in groups of five."""


class Wishes:
    """Handles what a citizen wishes for his reports."""

    def __init__(self, passing: Passing, question_ms: int) -> None:
        """Take what that needs.

        Args:
            passing: passes messages on to cases.
            question_ms: for so many milliseconds a question to the citizen stays open.
        """
        self._passing, self._question_ms = passing, question_ms

    def told(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Return what a message becomes that only says such a wish and names none of the citizen's reports; None if it is another.

        Args:
            turn: the record that brought the message.
            message: the whole message.
            id_: its id.
            named: the case that the message names, if it names one.
        """
        if named is not None or not turn.state["cases"] or not message.sender or message.shared or message.thread:
            return None
        return self._hides(turn, message, id_) or self._of_matter(turn, message, id_)

    def _hides(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Hide all that a citizen has reported: to hide too much does the least harm. An open question stays open."""
        said, cases = own_words(message), [case for case in turn.state["cases"] if continuing.is_alive(case)]
        worded = orders.by_word(said)
        by_word = worded is not None and worded.act.kind is CommandKind.hide and not worded.code
        if not cases or not (by_word or only_wishes(said)):
            return None
        asked = hidden(message)
        wishes = {name: True for name in ("anonymous", "secret") if getattr(asked, name)}
        act = worded.act if worded is not None and by_word else orders.Act(CommandKind.hide, wishes)
        for other in cases[:-1]:
            if not all(other.get(name) for name in act.fields):
                companion = ids.companion_id(id_, f"{act.kind.value}/{other['code']}")
                turn.command(message, companion, other["code"], act.kind, **act.fields)
                other.update(act.fields)
        if by_word or memory.asked(turn.state, since_ms=turn.at_ms - self._question_ms):
            return passing.act(turn, message, id_, cases[-1], act)
        return self._passing.add(turn, message, id_, cases[-1], MessageKind.addition)

    def _of_matter(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Withdraw the report whose matter a message names, or ask how it stands: "cabut laporan lampu", "kapan lampunya diganti?"."""
        said, cases = own_words(message), turn.state["cases"]
        withdraws = not message.attachments and orders.withdraws_one(said)
        asks = len(cases) > 1 and questions.asks_status(said)
        meant = meant_among(cases, self._passing.look(turn, message)) if withdraws or asks else None
        if meant is None:
            return None
        if withdraws:
            return passing.act(turn, message, id_, meant, orders.Act(CommandKind.withdraw), as_reason(message.text))
        return passing.status(turn, message, id_, meant["code"])


def silenced(turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
    """Note that a citizen wishes to hear nothing more, or again; None if he says neither."""
    asked = orders.wish(own_words(message)) if message.sender and not message.shared else None
    return None if asked is None else hears(turn, message, id_, silent=asked == "stop")


def hears(turn: Turn, message: InboundMessage, id_: UUID, *, silent: bool) -> Landed:
    """Note that a citizen hears nothing more, or again, and tell him by which word that is undone."""
    if silent:
        turn.state["silent_ms"] = turn.at_ms
        for case in turn.state["cases"]:
            case.pop("after_stop", None)
    else:
        turn.state.pop("silent_ms", None)
    turn.say(message, id_, ReplyKind.small_talk, text("silent" if silent else "not_silent", message.channel))
    return Landed(MessageKind.silence)


def by_word(
    turn: Turn, message: InboundMessage, id_: UUID, worded: orders.ByWord, named: Document | None
) -> Landed | None:
    """Pass on what a word asks for, if it is clear for which case of his: by the code, the post it answers, or since he has one.

    Some words look like a code: "masih diproses pak". Such a code of nobody, in small letters and without a digit, is none.
    """
    state = turn.state
    case = memory.case_of(state, worded.code) if worded.code else named
    if case is None and named is not None and named["code"] == worded.code:
        case = named
    if case is None and not worded.code and len(state["cases"]) == 1:
        case = state["cases"][0]
    is_example = status_requests.is_example(worded.code)
    if case is None and worded.code and not (is_example or _is_written_as_code(message.text, worded.word)):
        return None
    if case is None:
        said = text("which_case", message.channel, answer=worded.word, code=status_requests.EXAMPLE_CODE)
        turn.say(message, id_, ReplyKind.small_talk, said, secret=bool(worded.code))
        return Landed(MessageKind.small_talk)
    asked = verdicts.disputing(case) if worded.act.kind is CommandKind.disagree else worded.act
    if not case.get("foreign") or asked.kind in _WITH_THE_CODE:
        return passing.act(turn, message, id_, case, asked)
    if not worded.code:  # it says more than the word: whoever has the case reads it
        return None
    said = text("other_number", message.channel, code=spaced(case["code"]))
    turn.say(message, id_, ReplyKind.small_talk, said, secret=True)  # nobody here knows whether it is
    return Landed(MessageKind.small_talk)


def _is_written_as_code(text: str, word: str) -> bool:
    """Return whether a text has a digit, or a word in capital letters beside the one of the act: a code is told with one or the other."""
    return any(letter.isdigit() for letter in text) or any(
        len(one) >= _PART_OF_CODE and one.isupper() and one != word for one in _LETTERS.findall(text)
    )
