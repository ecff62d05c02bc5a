"""Tells what a whole message becomes: a complaint, an addition, a question about a case, or nothing of these."""

from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from complaints import ids, status_requests
from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.wording import text
from conversation import acts
from conversation import citizen as memory
from conversation.cases import keep, kept, new_case
from conversation.citizen import Document, Landing
from conversation.matching import answers, is_of, is_told_anew, is_without_matter
from conversation.reading import Reads
from conversation.secrecy import hidden
from conversation.turn import SOURCE, Turn

ASKED_AGAIN_MS: Final = 60_000
"""A question for the status with the same words is the same one within this time; later it is asked again."""

MATTER_WORDS: Final = 3
"""The least words of a text that can tell a matter of its own."""

ANSWER_MS: Final = 31 * memory.DAY_MS
"""For how long after a question a text about the matter of its case is the answer: the law's 30 days (UU 25/2009 Pasal 44 ayat (4)), up to
the end of the last one."""

LATE_WORDS_MS: Final = 365 * memory.DAY_MS
"""For how long after a question or a withdrawal a text that is no complaint by itself belongs to that case. The law gives the citizen 30
days to answer, and a withdrawn case is open again at his next word."""

EXAMPLE_CODE: Final = "ABCDE FGHJK M"

_LANDS: Final = {
    CommandKind.disagree: MessageKind.disagreement,
    CommandKind.rate: MessageKind.rating,
    CommandKind.reopen: MessageKind.request,
    CommandKind.withdraw: MessageKind.request,
    CommandKind.hide: MessageKind.request,
}
"""What a message became by the command that it is."""


class Landed(NamedTuple):
    """What a message became, and where.

    Attributes:
        kind: what it became.
        code: the tracking code of the case; empty if it belongs to none.
        complaint_id: the id of the complaint, if it is known.
        secret: whether the report is secret.
        unread: whether reading it failed.
    """

    kind: MessageKind
    code: str = ""
    complaint_id: str | None = None
    secret: bool = False
    unread: bool = False


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
        self._keyring, self._reads, self._rules = keyring, reads, rules

    def land(self, turn: Turn, message: InboundMessage, id_: UUID, words: str) -> Landed:
        """Return what a message becomes, and write what follows from it.

        Args:
            turn: the record that brought or completed the message.
            message: the whole message, its text decoded.
            id_: its id.
            words: the digest of its words.
        """
        if message.ignored:
            return Landed(MessageKind.ignored)
        if message.small_talk:
            turn.say(message, id_, ReplyKind.small_talk, message.small_talk)
            return Landed(MessageKind.small_talk)
        request = status_requests.parse(message.text) if message.sender else None
        if message.sender and not message.thread:
            within_ms = self._rules.same_words_ms if request is None else ASKED_AGAIN_MS
            known = memory.same_words(turn.state, words, since_ms=turn.at_ms - within_ms)
            if known is not None:
                complaint_id, secret = known[Landing.COMPLAINT], known[Landing.SECRET]
                case = memory.case_of_complaint(turn.state, complaint_id)
                code = case["code"] if case is not None else known[Landing.CODE]
                return Landed(MessageKind.repeated, code, complaint_id, secret)
        if request is not None:
            return self._asked(turn, message, id_, request.code)
        acted = self._wished(turn, message, id_) or self._acted(turn, message, id_)
        return acted or self._about_latest(turn, message, id_) or self._told(turn, message, id_)

    def _wished(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Note that a citizen wishes to hear nothing more, or again; None if he says neither."""
        asked = acts.wish(message.text) if message.sender and not message.shared else None
        if asked is None:
            return None
        if asked == "stop":
            turn.state["silent_ms"] = turn.at_ms
            for case in turn.state["cases"]:
                case.pop("after_stop", None)
        else:
            turn.state.pop("silent_ms", None)
        said = text("silent" if asked == "stop" else "not_silent", message.channel)
        turn.say(message, id_, ReplyKind.small_talk, said)
        return Landed(MessageKind.silence)

    def _acted(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Pass on what a citizen does with a case of his, beside adding to it; None if he does nothing of the kind."""
        case = self._named_case(turn, message)
        if case is not None and (asked := acts.asked_for(message.act)) is not None:
            return self._act(turn, message, id_, case, asked, acts.short(message.text))
        if not message.sender or message.shared:
            return None
        content = acts.gives_up(message.text) and acts.answered_of(turn.state["cases"], turn.at_ms)
        if not message.attachments and not content and (worded := acts.by_word(message.text)) is not None:
            return self._asked_by_word(turn, message, id_, worded)
        cases = turn.state["cases"] if case is None and not message.thread else [case] if case is not None else []
        words = status_requests.without_code(message.text)
        found = acts.act_in(words, cases, turn.at_ms)
        if found is None or self._is_about_another(turn, message, words, found):
            return None
        return self._passed_on(turn, message, id_, *found)

    def _passed_on(
        self, turn: Turn, message: InboundMessage, id_: UUID, about: Document, act: acts.Act | acts.Thanks
    ) -> Landed | None:
        """Pass on a word about an answer to its case. Of a message with files it is only a dispute: thanks with files are an addition."""
        if message.attachments:
            return self._disputed(turn, message, id_, about) if act == acts.disputing(about) else None
        if isinstance(act, acts.Thanks):
            return _landed(MessageKind.thanks, about)
        words = status_requests.without_code(message.text)
        said = "" if act.kind is CommandKind.rate else acts.short(words)  # the number is all that a rating says
        landed = self._act(turn, message, id_, about, act, said)
        if act.kind is CommandKind.rate and acts.says_not_yet(words):  # "nilai 1, masih rusak" is both
            companion = ids.companion_id(id_, CommandKind.reopen.value)
            turn.command(message, companion, about["code"], CommandKind.reopen, text=acts.short(words))
        return landed

    def _is_about_another(
        self, turn: Turn, message: InboundMessage, words: str, found: tuple[Document, acts.Act | acts.Thanks]
    ) -> bool:
        """Return whether what looks like a word about an answer is one about something else.

        It answers the question that was asked after it, unless it is the one word "belum"; or it tells another matter, or one elsewhere.
        """
        about, act = found
        if self._is_asked_since(turn, about) and not acts.is_bare(words):
            return True
        if isinstance(act, acts.Thanks) or act.kind is CommandKind.rate or len(words.split()) < MATTER_WORDS:
            return False
        told = self._read(turn, message)
        return "subject" not in told.missing and not is_of(about, told)

    def _is_asked_since(self, turn: Turn, about: Document) -> bool:
        """Return whether a question was asked after an answer. One for the subject takes no dispute away: its case may be none."""
        asked = memory.asked(turn.state, since_ms=turn.at_ms - self._rules.question_ms)
        return any(case.get("part") != "subject" and case["asked_ms"] > acts.told_ms(about) for case in asked)

    def _about_latest(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed | None:
        """Return what a few words become that can only be about the citizen's latest case; None if they can be more.

        Thanks open no case; "kapan dikerjakan?" is a question for the status; "belum diperbaiki pak" belongs to what he has reported.
        """
        if not turn.state["cases"] or not message.sender or message.shared or message.thread or message.attachments:
            return None
        case = self._named_case(turn, message) or turn.state["cases"][-1]
        since = turn.at_ms - self._rules.question_ms
        is_asked = any(one.get("part") != "subject" for one in memory.asked(turn.state, since_ms=since))
        noted = _landed(MessageKind.thanks, case)
        if acts.only_thanks(message.text) and not is_asked:
            return noted
        waiting = memory.waiting_for_words(turn.state, since_ms=turn.at_ms - LATE_WORDS_MS)
        glad = acts.says_glad(message.text) and not is_asked
        not_yet = acts.only_not_yet(message.text) and waiting is None
        asks = acts.asks_status(message.text)
        if not (asks or glad or not_yet) or not is_without_matter(self._read(turn, message)):
            return None
        if asks:
            return self._asked(turn, message, id_, case["code"])
        return noted if case.get("withdrawn_ms") else self._add(turn, message, id_, case, MessageKind.addition)

    def _read(self, turn: Turn, message: InboundMessage) -> Complaint:
        """Return what a message would be as a complaint, only to look at."""
        return self._reads.complaint(message, id_=UUID(int=0), code="", citizen=turn.citizen)[0]

    def _asked_by_word(self, turn: Turn, message: InboundMessage, id_: UUID, worded: acts.ByWord) -> Landed:
        """Pass on what a word asks for, if it is clear for which case of his: by the code, the post it answers, or since he has one."""
        state = turn.state
        case = memory.case_of(state, worded.code) if worded.code else self._named_case(turn, message)
        if case is None and not worded.code and len(state["cases"]) == 1:
            case = state["cases"][0]
        if case is None:
            said = text("which_case", message.channel, answer=worded.word, code=EXAMPLE_CODE)
            turn.say(message, id_, ReplyKind.small_talk, said)
            return Landed(MessageKind.small_talk)
        act = worded.act
        if act.kind is CommandKind.disagree:
            act = acts.disputing(case)
        return self._act(turn, message, id_, case, act, "")

    @staticmethod
    def _act(  # noqa: PLR0913, PLR0917  # the parts of a command
        turn: Turn, message: InboundMessage, id_: UUID, case: Document, act: acts.Act, words: str
    ) -> Landed:
        turn.command(message, id_, case["code"], act.kind, text=words, **act.fields)
        return _landed(_LANDS[act.kind], case)

    def _disputed(self, turn: Turn, message: InboundMessage, id_: UUID, case: Document) -> Landed:
        """Open an answered case again with the citizen's words, and keep with it the files that he sends as evidence."""
        words = acts.short(status_requests.without_code(message.text))
        landed = self._act(turn, message, id_, case, acts.disputing(case), words)
        if message.attachments:
            self._add(turn, message, ids.companion_id(id_, CommandKind.add.value), case, MessageKind.addition)
        return landed

    def add_late(self, turn: Turn, message: InboundMessage, id_: UUID, where: Document) -> Landed:
        """Add a part that came late to the case that the rest of its message became (see land)."""
        case = memory.case_of_complaint(turn.state, where.get("complaint"))
        if case is None:
            return self.land(turn, message, id_, "")
        return self._add(turn, message, id_, case, MessageKind.addition)

    def _told(self, turn: Turn, message: InboundMessage, id_: UUID) -> Landed:
        """Return what a message becomes that tells a story: an addition to a case, or a complaint."""
        case = self._named_case(turn, message)
        if case is not None:
            if self._is_disputed(turn, message, case):
                return self._disputed(turn, message, id_, case)
            return self._add(turn, message, id_, case, MessageKind.addition)
        code = self._keyring.tracking_code(id_) if message.sender else turn.citizen
        message = hidden(message)
        fresh, was_read = self._reads.complaint(message, id_=id_, code=code, citizen=turn.citizen)
        if message.sender and not message.thread:
            asked = self._asked_case(turn, fresh)
            case = self._disputed_case(turn, message, fresh, is_answer=asked is not None)
            if case is not None:
                return self._disputed(turn, message, id_, case)
            if asked is not None:
                return self._add(turn, message, id_, asked, MessageKind.answer)
            self._dispute_beside(turn, message, id_)
        turn.outputs.append(encode(fresh, source=SOURCE))
        case = new_case(fresh, message)
        if "silent_ms" in turn.state:
            case["after_stop"] = True
        memory.add_case(turn.state, case)
        return Landed(MessageKind.complaint, code, str(id_), fresh.secret, not was_read)

    def _disputed_case(
        self, turn: Turn, message: InboundMessage, fresh: Complaint, *, is_answer: bool
    ) -> Document | None:
        """Return the answered case of which a text says that its matter goes on, or that the answer is none; None if it says neither.

        Words without a matter or a place of their own are about the answer before them, unless something was asked since. What answers an
        open question (`is_answer`) is not told again.
        """
        if message.shared:
            return None
        answered = acts.answered_of(turn.state["cases"], turn.at_ms)
        if acts.is_discontent(message.text):
            for case in answered[:1] if is_without_matter(fresh) else answered:
                if (is_without_matter(fresh) or is_told_anew(case, fresh)) and not self._is_asked_since(turn, case):
                    return case
        if is_answer:
            return None
        about = acts.told_again(message.text, turn.state["cases"], turn.at_ms)
        return next((case for case in about if is_of(case, fresh)), None)

    def _is_disputed(self, turn: Turn, message: InboundMessage, case: Document) -> bool:
        """Return whether a text to a case that it names is not content with the answer of that case."""
        answered = message.sender and not message.shared and acts.answered_of([case], turn.at_ms)
        if not answered or self._is_asked_since(turn, case) or not acts.is_discontent(message.text):
            return False
        told = self._read(turn, message)
        return is_without_matter(told) or is_told_anew(case, told)

    @staticmethod
    def _dispute_beside(turn: Turn, message: InboundMessage, id_: UUID) -> None:
        """Open an answered case again if a new complaint begins with a "no" to its answer: "belum, lampunya juga mati"."""
        answered = acts.answered_of(turn.state["cases"], turn.at_ms)
        if answered and not message.shared and acts.says_no_first(message.text):
            act, words = acts.disputing(answered[0]), acts.short(message.text)
            companion = ids.companion_id(id_, act.kind.value)
            turn.command(message, companion, answered[0]["code"], act.kind, text=words)

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

    @staticmethod
    def _named_case(turn: Turn, message: InboundMessage) -> Document | None:
        """Return the case that a message names, or None. Only the citizen's own cases count, or the one whose code the web holds."""
        state = turn.state
        if not message.sender:
            if not message.about:
                return None
            return memory.case_of(state, message.about) or {"code": message.about, "id": None}
        if message.follows:
            earlier = memory.landing(state, str(ids.message_id(message.channel, message.follows)))
            if earlier is not None and earlier[Landing.COMPLAINT]:
                return memory.case_of_complaint(state, earlier[Landing.COMPLAINT])
        if message.about and (case := memory.case_of(state, message.about)) is not None:
            return case
        if message.thread:
            return memory.case_in_thread(state, message.thread)
        named = status_requests.leading_code(message.text)
        return None if named is None else memory.case_of(state, named)

    def _add(self, turn: Turn, message: InboundMessage, id_: UUID, case: Document, kind: MessageKind) -> Landed:
        complaint = kept(case)
        part = case.get("part") if case.get("asked_ms") else None
        found, was_read = self._reads.completion(complaint, message, part=part, about=case)
        about = {"addition": found.addition, "reading": found.reading}
        turn.command(message, id_, case["code"], CommandKind.add, **about)
        asked = hidden(message)
        hides = {name: True for name in ("anonymous", "secret") if getattr(asked, name) and not getattr(message, name)}
        if hides:
            turn.command(
                message, ids.companion_id(id_, CommandKind.hide.value), case["code"], CommandKind.hide, **hides
            )
        case["additions"] = case.get("additions", 0) + 1
        for waiting in ("asked_ms", "withdrawn_ms"):
            case.pop(waiting, None)
        keep(case, found.complaint)
        return _landed(kind, case, unread=not was_read)

    def _asked(self, turn: Turn, message: InboundMessage, id_: UUID, code: str | None) -> Landed:
        """Pass on a question for the status of a case to the case; answer one without a code."""
        if code is None:
            said = text("status_wrong_code", message.channel, code=EXAMPLE_CODE)
            turn.say(message, id_, ReplyKind.status, said)
            return Landed(MessageKind.status)
        turn.command(message, id_, code, CommandKind.status)
        turn.state["questions"] = [*turn.state["questions"], [str(id_), turn.at_ms, turn.state.get("to")]]
        case = memory.case_of(turn.state, code)
        if (
            case is None
        ):  # whether somebody else's report is secret is not known here, so its code is not told to analysts
            return Landed(MessageKind.status)
        return Landed(MessageKind.status, code, case["id"], bool(case.get("secret")))


def _landed(kind: MessageKind, case: Document, *, unread: bool = False) -> Landed:
    return Landed(kind, case["code"], case.get("id"), bool(case.get("secret")), unread)
