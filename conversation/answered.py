"""Tells which messages are about an answer that the citizen was given, and passes them on to its case."""

from typing import Final
from uuid import UUID

from complaints import ids, status_requests
from complaints.command import CommandKind
from complaints.event import Complaint
from complaints.limits import as_reason
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.wording import text
from conversation import citizen as memory
from conversation.citizen import Document
from conversation.matching import is_another, is_of, is_other_matter, is_told_anew, is_without_matter
from conversation.passing import Landed, Passing, act, landed
from conversation.said import going_on, ratings, verdicts
from conversation.said.orders import Act
from conversation.said.own import own_words
from conversation.said.verdicts import OffScale, Thanks
from conversation.secrecy import hidden
from conversation.turn import Turn

MATTER_WORDS: Final = 3
"""The least words of a text that can tell a matter of its own."""


class Answered:
    """Handles what is said of an answer."""

    def __init__(self, passing: Passing, question_ms: int) -> None:
        """Take what that needs.

        Args:
            passing: passes messages on to cases.
            question_ms: for so many milliseconds a question to the citizen stays open.
        """
        self._passing, self._question_ms = passing, question_ms

    def moved(self, turn: Turn, message: InboundMessage, id_: UUID, named: Document | None) -> Landed | None:
        """Open an answered case again of which a message says that it happened in another regency, so that it can move; None if none does.

        Args:
            turn: the record that brought the message.
            message: the whole message, of a sender who is known.
            id_: its id.
            named: the case that the message names; None if it names none: then it can be about the latest one.
        """
        cases = turn.state["cases"]
        about = named or (cases[-1] if cases and not message.thread else None)
        if about is None or not verdicts.answered_of([about], turn.at_ms) or self._is_asked_since(turn, about):
            return None
        if not self._passing.moves(message, about) or is_other_matter(about, self._passing.look(turn, message)):
            return None
        return self._passing.dispute(turn, message, id_, about, whole=True)

    def acted(self, turn: Turn, message: InboundMessage, id_: UUID, case: Document | None) -> Landed | None:
        """Pass on a dispute, a rating or thanks; None if the message is none of them.

        Args:
            turn: the record that brought the message.
            message: the whole message, of a sender who is known.
            id_: its id.
            case: the case that the message names, if it names one.
        """
        words = own_words(message)
        rates = ratings.stars(words) > 0  # "2 karena lama" has the length of a code
        words = words if rates else status_requests.without_codes(words)
        is_of_any = case is None and (not message.thread or rates or ratings.is_off_scale(words))
        cases = turn.state["cases"] if is_of_any else [case] if case is not None else []
        found = verdicts.act_in(words, cases, turn.at_ms)
        if found is None or self._is_about_another(turn, message, words, found):
            return None
        about, said = found
        whole = as_reason(status_requests.without_codes(message.text))
        if message.attachments:  # thanks with files are an addition
            return self._passing.dispute(turn, message, id_, about) if said == verdicts.disputing(about) else None
        if isinstance(said, Thanks):
            return landed(MessageKind.thanks, about)
        if isinstance(said, OffScale):
            turn.say(message, id_, ReplyKind.small_talk, text("off_scale", message.channel))
            return Landed(MessageKind.small_talk)
        if said.kind is not CommandKind.rate:
            return act(turn, message, id_, about, said, whole)
        rated = act(turn, message, id_, about, said)  # the number is all that a rating says
        if verdicts.says_not_yet(words):  # "nilai 1, masih rusak" is both
            companion = ids.companion_id(id_, CommandKind.reopen.value)
            turn.command(message, companion, about["code"], CommandKind.reopen, text=whole)
        return rated

    def disputed_case(
        self, turn: Turn, message: InboundMessage, fresh: Complaint, *, is_answer: bool
    ) -> Document | None:
        """Return the answered case of which a text says that its matter goes on, or that the answer is none; None if it says neither.

        Words without a matter or a place of their own are about the answer before them, unless something was asked since. What answers an
        open question (`is_answer`) is not told again.
        """
        answered = [] if message.shared else verdicts.answered_of(turn.state["cases"], turn.at_ms)
        if not answered:
            return None
        said = own_words(message)
        if verdicts.is_discontent(said):
            for case in answered[:1] if is_without_matter(fresh) else answered:
                if (is_without_matter(fresh) or is_told_anew(case, fresh)) and not self._is_asked_since(turn, case):
                    return case
        if going_on.tells_a_relapse(said) and is_without_matter(fresh) and not self._is_asked_since(turn, answered[0]):
            return answered[0]
        if is_answer:
            return None
        about = verdicts.told_again(said, turn.state["cases"], turn.at_ms)
        return next((case for case in about if is_of(case, fresh)), None)

    def is_disputed(self, turn: Turn, message: InboundMessage, case: Document) -> bool:
        """Return whether a text to a case that it names is not content with the answer of that case."""
        answered = message.sender and not message.shared and verdicts.answered_of([case], turn.at_ms)
        if not answered or self._is_asked_since(turn, case) or not verdicts.is_discontent(own_words(message)):
            return False
        told = self._passing.look(turn, message)
        return is_without_matter(told) or is_told_anew(case, told)

    @staticmethod
    def dispute_beside(turn: Turn, message: InboundMessage, id_: UUID) -> None:
        """Open an answered case again if a new complaint begins with a "no" to its answer: "belum, lampunya juga mati"."""
        answered = verdicts.answered_of(turn.state["cases"], turn.at_ms)
        if answered and not message.shared and verdicts.says_no_first(own_words(message)):
            said, words = verdicts.disputing(answered[0]), as_reason(message.text)
            companion = ids.companion_id(id_, said.kind.value)
            turn.command(message, companion, answered[0]["code"], said.kind, text=words)

    def _is_about_another(
        self, turn: Turn, message: InboundMessage, words: str, found: tuple[Document, Act | Thanks | OffScale]
    ) -> bool:
        """Return whether what looks like a word about an answer is one about something else.

        It answers the question that was asked after it, unless it is the one word "belum"; or it tells another matter, or one elsewhere.
        """
        about, said = found
        if self._is_asked_since(turn, about) and not verdicts.is_bare(words):
            return True
        if isinstance(said, Thanks):
            return self._says_more(turn, message, words, about)
        if not isinstance(said, Act) or said.kind is CommandKind.rate or len(words.split()) < MATTER_WORDS:
            return False
        told = self._passing.look(turn, message)
        return "subject" not in told.missing and not is_of(about, told)

    def _says_more(self, turn: Turn, message: InboundMessage, words: str, about: Document) -> bool:
        """Return whether thanks come with what must not be lost: a fault, another matter, or a wish that something be hidden."""
        if verdicts.only_thanks(words):
            return False
        if going_on.tells_a_relapse(words) or hidden(message) is not message:
            return True
        told, is_wrong = self._passing.look(turn, message), going_on.tells_a_fault(words)
        if verdicts.says_done(words):
            return is_wrong and is_another(about, told)
        is_content = verdicts.praises(words) or going_on.denies_a_fault(words)
        return is_wrong or (is_other_matter(about, told) and not is_content)

    def _is_asked_since(self, turn: Turn, about: Document) -> bool:
        """Return whether a question was asked after an answer. One for the subject takes no dispute away: its case may be none."""
        asked = memory.asked(turn.state, since_ms=turn.at_ms - self._question_ms)
        return any(case.get("part") != "subject" and case["asked_ms"] > verdicts.told_ms(about) for case in asked)
