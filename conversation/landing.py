"""Tells what a whole message becomes: a complaint, an addition, a question about a case, or nothing of these."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import msgspec

from complaints import status_requests
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.limits import as_reason
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.wording import text
from conversation import citizen as memory
from conversation import continuing, passing
from conversation.answered import Answered
from conversation.citizen import Document, Landing
from conversation.matching import answers, is_of, is_other_matter, is_told_anew, is_without_matter
from conversation.opening import Opens
from conversation.passing import Landed, Passing, landed, named_case
from conversation.reading import Reads
from conversation.said import content, courtesy, discontent, orders, questions, verdicts
from conversation.said.own import own_words, says_nothing
from conversation.turn import Turn
from conversation.wanted import CONTENT, Wanted
from conversation.wishes import Wishes, by_word, silenced
from normalizer.emergency import tells_of_danger

ASKED_AGAIN_MS: Final = 60_000
"""A question for the status with the same words is the same one within this time; later it is asked again."""

_REGENCY: Final = len("33.74")
"""Characters of the code of a regency, with which those of the regions in it begin."""

ANSWER_MS: Final = 31 * memory.DAY_MS
"""For how long after a question a text about the matter of its case is the answer: the law's 30 days (UU 25/2009 Pasal 44 ayat (4)), up to
the end of the last one."""

LATE_WORDS_MS: Final = 365 * memory.DAY_MS
"""For how long after a question or a withdrawal a text that is no complaint by itself belongs to that case. The law gives the citizen 30
days to answer, and a withdrawn case is open again at his next word."""


CLEAR: Final = 0.9
"""How likely it must be that a citizen is content with an answer to take precedence over words that otherwise deny ("tidak mati lagi")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingRules:
    """How long what was said before counts.

    Attributes:
        same_words_ms: within so many milliseconds the same words are the same message.
        question_ms: for so many milliseconds a question to the citizen stays open.
    """

    same_words_ms: int
    question_ms: int


class Lands:
    """Tells what messages become."""

    def __init__(self, keyring: Keyring, reads: Reads, rules: LandingRules) -> None:
        """Take what that needs.

        Args:
            keyring: makes tracking codes.
            reads: reads messages.
            rules: how long what was said before counts.
        """
        self._rules, self._passing = rules, Passing(reads)
        self._opens = Opens(keyring, reads, self._passing)
        self._answered = Answered(self._passing, rules.question_ms)
        self._wishes = Wishes(self._passing, rules.question_ms)
        self._wanted = Wanted(self._passing, rules.question_ms)

    def land(self, turn: Turn, message: InboundMessage, id_: UUID, words: str) -> Landed:
        """Return what a message becomes, and write what follows from it.

        Args:
            turn: the record that brought or completed the message.
            message: the whole message, its text decoded.
            id_: its id.
            words: the digest of its words.
        """
        if message.ignored or says_nothing(message):
            return Landed(MessageKind.ignored)
        if message.small_talk:
            turn.say(message, id_, ReplyKind.small_talk, message.small_talk)
            return Landed(MessageKind.small_talk)
        request = status_requests.parse(own_words(message)) if message.sender else None
        asks_help = request is None and self._asks_for_help(turn, message)
        if message.sender and not message.thread:
            within_ms = self._rules.same_words_ms if request is None and not asks_help else ASKED_AGAIN_MS
            known = memory.same_words(turn.state, words, since_ms=turn.at_ms - within_ms)
            if known is not None:
                complaint_id, secret = known[Landing.COMPLAINT], known[Landing.SECRET]
                case = memory.case_of_complaint(turn.state, complaint_id)
                code = case["code"] if case is not None else known[Landing.CODE]
                return Landed(MessageKind.repeated, code, complaint_id, secret)
        if request is not None:
            return passing.status(turn, message, id_, request.code, names_none=request.names_none)
        if asks_help:
            turn.say(message, id_, ReplyKind.small_talk, text("help", message.channel))
            return Landed(MessageKind.small_talk)
        named = named_case(turn.state, message)
        of_thread = named is None and bool(message.thread)
        if of_thread:
            named = memory.case_in_thread(turn.state, message.thread)
        cried = self._cried(turn, message, id_, named)
        wished = cried or silenced(turn, message, id_) or self._wishes.told(turn, message, id_, named)
        is_plain = named is None and bool(message.sender) and not message.shared and not message.thread
        if is_plain and not wished and verdicts.answered_of(turn.state["cases"], turn.at_ms):
            wished = self._wanted.told(turn, message, id_, only=CONTENT, sure=CLEAR)
        acted = wished or self._accused(turn, message, id_, named) or self._acted(turn, message, id_, named)
        if is_plain and not acted and not courtesy.is_mistaken(message.text):
            acted = self._wanted.told(turn, message, id_)
        belongs = acted or self._shown(turn, message, id_, named) or self._about_latest(turn, message, id_, named)
        return belongs or self._told(turn, message, id_, named, of_thread=of_thread)

    def _cried(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Make a complaint of danger to life now: that waits for no question and belongs to no other report than the one it names."""
        if named is not None or not message.sender or message.thread or not tells_of_danger(message.text):
            return None
        return self._opens.opened(turn, *self._opens.read(turn, message, id_))

    def _accused(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Make a complaint of an accusation after an answer: it is for others than the owner, and says nothing of the answer.

        It happened where the answered case is, unless it says where; it lacks no subject, and the accused does not look into it.
        """
        if named is not None or not turn.state["cases"] or not message.sender or message.shared or message.thread:
            return None
        about = self._answered.accused_beside(turn, message)
        if about is None:
            return None
        region = message.keyword_region or (about.get("region") or "")[:_REGENCY] or None
        hides, fresh, was_read = self._opens.read(turn, replace(message, keyword_region=region), id_)
        missing = tuple(part for part in fresh.missing if part != "subject")
        self._answered.dispute_beside(turn, message, id_)
        accused = msgspec.structs.replace(fresh, missing=missing, oversight=True)
        return self._opens.opened_or_kept(turn, message, id_, (hides, accused, was_read))

    def _asks_for_help(self, turn: Turn, message: InboundMessage) -> bool:
        """Return whether a citizen asks only how to report. With a question of ours open, his word is the answer to that."""
        if not message.sender or message.thread or message.shared or message.attachments:
            return False
        is_asked = bool(memory.asked(turn.state, since_ms=turn.at_ms - self._rules.question_ms))
        greets = bool(turn.state["cases"]) and courtesy.only_thanks(message.text)  # who has a case is only polite
        return not is_asked and not greets and status_requests.asks_for_help(own_words(message))

    def add_late(self, turn: Turn, message: InboundMessage, id_: UUID, where: Document) -> Landed:
        """Add a part that came late to the case that the rest of its message became (see land)."""
        case = memory.case_of_complaint(turn.state, where.get("complaint"))
        if case is None:
            return self.land(turn, message, id_, "")
        return self._passing.add(turn, message, id_, case, MessageKind.addition)

    def add_changed(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed:
        """Add what came under the name of the complaint of a page, with another content (see land). Another matter moves nothing."""
        case = memory.case_of(turn.state, turn.citizen)
        if case is None or not is_other_matter(case, self._passing.look(turn, message)):
            return self.land(turn, replace(message, about=turn.citizen), id_, "")
        return self._passing.add_apart(turn, message, id_, case)

    def _acted(self, turn: Turn, message: InboundMessage, id_: UUID, case: Document | None) -> Landed | None:
        """Pass on what a citizen does with a case of his, beside adding to it; None if he does nothing of the kind."""
        if case is not None and (asked := orders.asked_for(message.act)) is not None:
            return passing.act(turn, message, id_, case, asked, as_reason(message.text))
        if not message.sender or message.shared:
            return None
        said = own_words(message)
        content = verdicts.answered_of(turn.state["cases"], turn.at_ms) and orders.gives_up(said)
        is_off = orders.calls_off(said) and (content or self._is_waited_for(turn))
        if not message.attachments and not content and not is_off and (worded := orders.by_word(said)) is not None:
            became = by_word(turn, message, id_, worded, case)
            if became is not None:
                return became
        if not turn.state["cases"] and case is None:
            return None
        moved = self._answered.moved(turn, message, id_, case)
        if moved is not None or (case is None and continuing.corrects_latest(turn, said)):
            return moved
        return self._answered.acted(turn, message, id_, case)

    def _is_waited_for(self, turn: Turn) -> bool:
        """Return whether a citizen's word is waited for: a question is open, or an answer may be disputed."""
        asked = memory.asked(turn.state, since_ms=turn.at_ms - self._rules.question_ms)
        return bool(asked or verdicts.answered_of(turn.state["cases"], turn.at_ms))

    def _shown(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Add a photo without words to the case that was told just before it; None if it is none, or answers a question."""
        if not message.sender or message.shared or message.thread or named is not None:
            return None
        if memory.asked(turn.state, since_ms=turn.at_ms - self._rules.question_ms):
            return None
        case = continuing.shown(turn, message)
        return None if case is None else self._passing.add(turn, message, id_, case, MessageKind.addition)

    def _about_latest(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Return what a few words become that can only be about the citizen's latest case; None if they can be more.

        Thanks open no case; "kapan dikerjakan?" is a question for the status; "belum diperbaiki pak" belongs to what he has reported.
        """
        if not turn.state["cases"] or not message.sender or message.shared or message.thread or message.attachments:
            return None
        case = named or turn.state["cases"][-1]
        since = turn.at_ms - self._rules.question_ms
        is_asked = any(one.get("part") != "subject" for one in memory.asked(turn.state, since_ms=since))
        noted = landed(MessageKind.thanks, case)
        if courtesy.only_thanks(
            message.text
        ):  # thanks answer no question and leave it open; to agree answers its owner
            asked = self._agreed(turn, message)
            return noted if asked is None else self._passing.add(turn, message, id_, asked, MessageKind.answer)
        waiting = memory.waiting_for_words(turn.state, since_ms=turn.at_ms - LATE_WORDS_MS)
        glad = content.says_glad(message.text) and not is_asked
        not_yet = discontent.only_not_yet(message.text) and waiting is None
        asks = questions.asks_status(status_requests.without_codes(message.text), sure=questions.CLEAR)
        goes_on = not is_asked and waiting is None and continuing.can_go_on(turn, message.text, case)
        is_any = asks or glad or not_yet or goes_on
        if not courtesy.is_mistaken(message.text):
            told = self._passing.look(turn, message) if is_any else None
            of_report = questions.asks_of_report(message.text)
            if told is None or not (is_without_matter(told) or (of_report and is_told_anew(case, told))):
                return None
        if asks:
            return passing.status(turn, message, id_, case["code"])
        return noted if case.get("withdrawn_ms") else self._passing.add(turn, message, id_, case, MessageKind.addition)

    def _agreed(self, turn: Turn, message: InboundMessage) -> Document | None:
        """Return the case whose owner asks what a message agrees to: "boleh petugas datang besok?" and "ok pak"; None if there is none."""
        asked = memory.asked(turn.state, since_ms=turn.at_ms - self._rules.question_ms)
        owners = [one for one in asked if one.get("polar")]
        return owners[0] if owners and courtesy.agrees(message.text) else None

    def _told(
        self, turn: Turn, message: InboundMessage, id_: UUID, case: Document | None, *, of_thread: bool
    ) -> Landed:
        """Return what a message becomes that tells a story: an addition to a case, or a complaint.

        A public body's post that tells nothing only names our account.
        """
        if case is not None and self._answered.is_disputed(turn, message, case):
            return self._passing.dispute(turn, message, id_, case)
        if case is not None and not of_thread:
            return self._passing.add(turn, message, id_, case, MessageKind.addition)
        read = self._opens.read(turn, message, id_)
        if message.official and is_without_matter(read[1]):
            return Landed(MessageKind.ignored)
        if case is not None:
            since_ms = turn.at_ms - self._rules.question_ms
            goes_on = continuing.in_thread(turn, message, read[1], since_ms=since_ms)
            added = goes_on and self._passing.add(turn, message, id_, goes_on, MessageKind.addition)
        else:
            added = self._went_on(turn, message, id_, read[1])
        return added or self._opens.opened_or_kept(turn, message, id_, read)

    def _went_on(self, turn: Turn, message: InboundMessage, id_: UUID, fresh: Complaint) -> Landed | None:
        """Return what a story becomes that goes on with a case of its citizen: a dispute, an answer, an addition; None if it does not."""
        if message.sender and not message.thread:
            asked = self._asked_case(turn, fresh)
            if (
                asked is not None
                and asked is not turn.state["cases"][-1]
                and continuing.corrects_latest(turn, own_words(message))
            ):
                asked = None
            case = self._answered.disputed_case(turn, message, fresh, is_answer=asked is not None)
            if case is not None:
                return self._passing.dispute(turn, message, id_, case)
            if asked is not None:
                return self._passing.add(turn, message, id_, asked, MessageKind.answer)
            goes_on = None if message.shared else continuing.continued(turn, own_words(message), fresh)
            if goes_on is not None:
                return self._passing.add(turn, message, id_, goes_on, MessageKind.addition)
            self._answered.dispute_beside(turn, message, id_)
        return None

    def _asked_case(self, turn: Turn, fresh: Complaint) -> Document | None:
        """Return the case whose open question a text answers; or that was withdrawn and is open again by a text that is no complaint."""
        since = turn.at_ms - self._rules.question_ms
        found = next((case for case in memory.asked(turn.state, since_ms=since) if answers(case, fresh)), None)
        if found is None and "subject" in fresh.missing:
            return memory.waiting_for_words(turn.state, since_ms=turn.at_ms - LATE_WORDS_MS)
        if found is None:
            asked = memory.asked(turn.state, since_ms=turn.at_ms - ANSWER_MS)
            withdrawn = memory.withdrawn(turn.state, since_ms=turn.at_ms - LATE_WORDS_MS)
            found = next((case for case in (*asked, *withdrawn) if is_of(case, fresh)), None)
        return found
