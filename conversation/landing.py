"""Decides what a whole message becomes: a complaint, an addition, a command to a case, or none of these."""

from operator import attrgetter
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from complaints import status_requests
from complaints.command import is_act
from complaints.crypto import Keyring
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.tracking import spaced
from conversation.acts import Acts, hears, hide, which
from conversation.citizen import KnownCase, Landing
from conversation.heard import Heard
from conversation.opening import Opens
from conversation.parts import Went
from conversation.passing import Landed, Passing, command, disputing, named_case, status, tells
from conversation.reading import Reads
from conversation.records import Rules, Turn
from conversation.situation import ANSWERED_MS, Standing, open_questions, standing
from normalizer.complaint import position_of
from normalizer.language.commands import COSTS, Order, is_written_as_code, word_of
from normalizer.language.understanding import understood
from normalizer.posts import says_nothing, speaks_to_others

ASKED_AGAIN_MS: Final = 60_000
"""A wish or an answer with the same words is a repetition within this time; later it is a new one."""

_WITH_THE_CODE: Final = {"disagree", "reopen", "hide"}
"""The commands that the code allows from any number. Only the citizen's own number withdraws, rates or shows a case."""


class Lands:
    """Decides what messages become."""

    def __init__(self, keyring: Keyring, reads: Reads, rules: Rules) -> None:
        self._rules, self._passing = rules, Passing(reads)
        self._opens = Opens(keyring, reads, self._passing)
        self._acts = Acts(self._opens, self._passing)

    def land(self, turn: Turn, message: InboundMessage, id_: UUID, words: str) -> Landed:
        """Return what a whole message becomes, and write what follows from it. `words` is the digest of its words."""
        if message.ignored or says_nothing(message):
            return Landed(MessageKind.ignored)
        if message.small_talk:
            turn.say(message, id_, ReplyKind.small_talk, message.small_talk)
            return Landed(MessageKind.small_talk)
        heard = self._opens.heard(turn, message, id_)
        request = self._request(turn, heard) if message.sender and not heard.cries else None
        asks_help = request is None and self._asks_for_help(turn, heard)
        if message.sender and not message.thread:
            is_wish = request is not None or asks_help or heard.order is not None or heard.rating is not None
            known = self._repeated(turn, heard, words, is_wish=is_wish)
            if known is not None:
                case = turn.state.case_of_complaint(known.complaint_id)
                code = known.code if case is None else case.code
                return Landed(MessageKind.repeated, code, known.complaint_id, known.secret)
        if request is not None:
            return status(turn, message, id_, request.code, names_none=request.names_none)
        if asks_help:
            return tells(turn, heard, "help")
        return self._landed(turn, heard)

    def _request(self, turn: Turn, heard: Heard) -> status_requests.StatusRequest | None:
        """Return the request for a status that a message is.

        A code does not count beside a file, a position or a quoted post; one of nobody may be the number that an owner asked for.
        """
        message, own = heard.message, turn.state.case_of(status_requests.bare_code(heard.said))
        request = status_requests.StatusRequest(own.code, is_bare=True) if own else status_requests.parse(heard.said)
        if request is None or not request.is_bare:
            return request
        has_more = message.attachments or position_of(message) is not None or message.title or "[" in message.text
        may_answer = own is None and open_questions(turn, self._rules.question_ms)
        return None if has_more or may_answer else request

    def _repeated(self, turn: Turn, heard: Heard, words: str, *, is_wish: bool) -> Landing | None:
        """Return the message whose words a message only repeats; None if there is none, or if they are meant as a new message.

        They are new if the citizen got something new after it: not because of that message itself, and not only an acknowledgement.
        A report is new only if it is of danger, after a minute. Other words are new after another message; otherwise only a wish, an
        answer to an open question, and danger are, after a minute.
        """
        said = [one for one in turn.state.messages if one.kind is not MessageKind.repeated]
        same = [one for one in said if one.words == words and one.at_ms >= turn.at_ms - self._rules.same_words_ms]
        if not words or not same:
            return None
        known = same[-1]
        if any(one.at_ms > known.at_ms and one.message not in {"", known.id} for one in turn.state.told):
            return None
        is_report = known.kind is MessageKind.complaint and not is_wish
        answers = known.kind is MessageKind.answer and bool(open_questions(turn, self._rules.question_ms))
        is_asked_again = (is_wish or answers or heard.cries) and known.at_ms <= turn.at_ms - ASKED_AGAIN_MS
        is_behind_another = known is not said[-1] and not is_report
        return None if is_asked_again or is_behind_another else known

    def _landed(self, turn: Turn, heard: Heard) -> Landed:
        """Return what a message becomes, by a command of a page, by the exact command that its text is, or by the table."""
        message, named = heard.message, named_case(turn.state, heard.message)
        stands = standing(turn, heard, named, question_ms=self._rules.question_ms)
        if named is not None and is_act(message.act):
            self._acts.beside(turn, heard, stands)
            return command(turn, heard, named, message.act, words=True)
        if heard.is_own and not message.attachments and not heard.cries and heard.order is not None:
            became = self._ordered(turn, heard, stands, heard.order)
            if became is not None:
                return became
        return self._acts.do(turn, heard, stands)

    def _asks_for_help(self, turn: Turn, heard: Heard) -> bool:
        """Return whether a citizen asks only how to report. If one of our questions is open, his words answer that instead."""
        message = heard.message
        if not heard.is_own or message.thread or message.attachments or not status_requests.asks_for_help(heard.said):
            return False
        greets = bool(turn.state.cases) and understood(heard.said).wants("thanks", "agree", "smalltalk")
        return not greets and not open_questions(turn, self._rules.question_ms)

    def add_late(self, turn: Turn, message: InboundMessage, id_: UUID, where: Went) -> Landed:
        """Add a part that came late to the case that the rest of its message became; without a case, handle it as a message."""
        case = turn.state.case_of_complaint(where.complaint)
        if case is None:
            return self.land(turn, message, id_, "")
        return self._passing.add(turn, message, id_, case)

    def add_changed(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed:
        """Add what came with the id of a page's complaint but other content. Another matter is added apart; see `land` for the rest."""
        case = turn.state.case_of(turn.citizen)
        heard = self._opens.heard(turn, message, id_)
        if case is None or heard.cries or not heard.names_matter or heard.fresh.complaint.topic == case.topic:
            return self.land(turn, replace(message, about=turn.citizen), id_, "")
        return self._passing.add_apart(turn, message, id_, case)

    def _ordered(self, turn: Turn, heard: Heard, stands: Standing, order: Order) -> Landed | None:
        """Carry out an exact command; return None if the table is to read the message.

        A command of COSTS needs the code, or must be STOP as our texts write it: otherwise its word may have another meaning.
        """
        name, is_stop = order.act.partition(":")[0], order.is_exact and not speaks_to_others(heard.message)
        asking = [case for case in open_questions(turn, ANSWERED_MS) if not case.part]
        may_answer = any(case.code == order.code for case in asking) and order.word not in heard.said
        if order.act in COSTS and (may_answer or not order.code) and not (name == "stop" and is_stop):
            return self._acts.ask_back(turn, heard, stands, order)
        is_silent = bool(turn.state.silent_ms)
        is_meant = (order.is_exact and (is_silent or not asking)) or (is_silent and not asking)
        if (name == "start" and not is_meant) or (name == "reopen" and not order.code and asking):
            return None
        if name in {"stop", "start"}:
            return hears(turn, heard, silent=name == "stop")
        case = _case_of(turn, heard, order, stands.case if stands.is_named else None)
        if case is None:
            return (
                self._denied(turn, heard) if name == "disagree" and not order.code else _of_no_case(turn, heard, order)
            )
        if not case.foreign or name in _WITH_THE_CODE:
            return command(turn, heard, case, disputing(case) if name == "disagree" else order.act)
        # without the code, the table passes the message on to the case
        return tells(turn, heard, "other_number", code=spaced(case.code)) if order.code else None

    def _denied(self, turn: Turn, heard: Heard) -> Landed | None:
        """Dispute the latest answer by the bare word; return None if there is no answer, or if it may answer a later question."""
        latest = max(turn.state.cases, key=attrgetter("told_ms"), default=None)
        if heard.message.thread or latest is None or latest.told_ms <= turn.at_ms - ANSWERED_MS:
            return None
        asked = [case for case in open_questions(turn, self._rules.question_ms) if case.asked_ms > latest.told_ms]
        if asked and not asked[0].part and word_of("disagree") not in heard.said:
            return None
        return self._passing.dispute(turn, heard, latest)


def _case_of(turn: Turn, heard: Heard, order: Order, named: KnownCase | None) -> KnownCase | None:
    """Return the case that a command is for: by its code, by the post that it answers, or because the citizen has only one."""
    cases, thread = turn.state.cases, heard.message.thread
    if order.code:
        own = turn.state.case_of(order.code)
        return named if own is None and named is not None and named.code == order.code else own
    about = named or next((case for case in reversed(cases) if case.thread == thread and thread), None)
    is_of_all = order.act.startswith(("hide", "disagree"))
    return cases[0] if about is None and len(cases) == 1 and not is_of_all else about


def _of_no_case(turn: Turn, heard: Heard, order: Order) -> Landed | None:
    """Hide all cases, or ask which case is meant.

    Return None if the code is an ordinary word that looks like one: nobody's code, in small letters and without a digit.
    """
    if not order.code and order.act.startswith("hide") and turn.state.cases:
        return hide(turn, heard, order.act.partition(":")[2])
    is_meant = status_requests.is_example(order.code) or is_written_as_code(heard.message.text, order.word)
    return which(turn, heard, order.word) if is_meant or not order.code else None
