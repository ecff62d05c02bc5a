"""Tells which messages are about an answer that the citizen was given, and passes them on to its case."""

from dataclasses import replace
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
from conversation.matching import (
    is_another,
    is_of,
    is_other_matter,
    is_told_anew,
    is_without_matter,
    meant_among,
    names_matter,
    names_other_thing,
)
from conversation.passing import Landed, Passing, act, landed
from conversation.said import content, courtesy, discontent, going_on, questions, ratings, verdicts
from conversation.said.orders import Act
from conversation.said.own import own_words
from conversation.said.verdicts import OffScale, Thanks
from conversation.secrecy import hidden
from conversation.turn import Turn

MATTER_WORDS: Final = 3
"""The least words of a text that can tell a matter of its own."""


_Found = tuple[Document, Act | Thanks | OffScale]
"""A case of the citizen, and what he says of it."""


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
        found = self._found(turn, message, words, cases)
        if found is None:
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
        if discontent.says_not_yet(words):  # "nilai 1, masih rusak" is both
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
        if discontent.is_discontent(said):
            cases = turn.state["cases"]
            meant = self._meant(cases, self._told_in_part(turn, message, said, fresh)) if cases[1:] else None
            answered = answered if meant is None else [case for case in answered if case is meant]
            is_of_any = is_without_matter(fresh) or self._is_said_of_it(answered[:1], said, fresh)
            for case in answered[:1] if is_of_any else answered:
                is_anew = is_told_anew(case, fresh) and not going_on.tells_one_beside(said)
                if (is_of_any or is_anew) and not self._is_asked_since(turn, case):
                    return case
        if going_on.tells_a_relapse(said):
            found = next((case for case in answered if self._is_relapse_of(case, said, fresh)), None)
            if found is not None and not self._is_asked_since(turn, found):
                return found
        if is_answer:
            return None
        about = verdicts.told_again(said, turn.state["cases"], turn.at_ms)
        return next((case for case in about if is_of(case, fresh)), None)

    def is_disputed(self, turn: Turn, message: InboundMessage, case: Document) -> bool:
        """Return whether a text to a case that it names is not content with the answer of that case."""
        answered = message.sender and not message.shared and verdicts.answered_of([case], turn.at_ms)
        if not answered or self._is_asked_since(turn, case) or not discontent.is_discontent(own_words(message)):
            return False
        told = self._passing.look(turn, message)
        return is_without_matter(told) or is_told_anew(case, told)

    def accused_beside(self, turn: Turn, message: InboundMessage) -> Document | None:
        """Return the answered case beside which a text accuses somebody, which is a matter of its own; None if it does not.

        Of an answer to an accusation it says that the matter goes on.
        """
        answered = verdicts.answered_of(turn.state["cases"], turn.at_ms)
        if not answered or any(case.get("oversight") for case in answered) or self._is_asked_since(turn, answered[0]):
            return None
        return answered[0] if going_on.accuses(own_words(message)) else None

    def _is_said_of_it(self, answered: list[Document], said: str, fresh: Complaint) -> bool:
        """Return whether a few words without a place are about the answer before them, whatever matter they seem to tell."""
        if fresh.place.province is not None or going_on.names_place(said) or discontent.tells_a_threat(said):
            return False
        if discontent.is_remark(said) or going_on.only_tells_a_state(said) or going_on.begins_with_its(said):
            return True
        return any(self._is_beside(case, said, fresh) for case in answered)

    @staticmethod
    def _is_beside(about: Document, said: str, told: Complaint) -> bool:
        """Return whether words that can only be about an answer name no other matter beside (see discontent.beside_the_answer)."""
        rest = discontent.beside_the_answer(said)
        if rest is None or told.topic == about.get("topic"):
            return rest is not None
        return not names_other_thing(about.get("topic"), rest) and not names_matter(told.topic, rest)

    def _is_relapse_of(self, case: Document, said: str, fresh: Complaint) -> bool:
        """Return whether what is wrong again is the matter of a case: no other one is told, or it is named ("lampu padam lagi")."""
        if is_without_matter(fresh):
            return True
        if fresh.place.province is not None or going_on.names_place(said):
            return False
        topic = case.get("topic")
        is_named = going_on.is_very_short(said) and names_matter(topic, said) and not names_other_thing(topic, said)
        return is_named or going_on.only_tells_a_state(said)

    @staticmethod
    def dispute_beside(turn: Turn, message: InboundMessage, id_: UUID) -> None:
        """Open an answered case again if a new complaint begins with a "no" to its answer, or tells of a threat for having reported."""
        answered, said = verdicts.answered_of(turn.state["cases"], turn.at_ms), own_words(message)
        if answered and not message.shared and (discontent.says_no_first(said) or discontent.tells_a_threat(said)):
            asked, words = verdicts.disputing(answered[0]), as_reason(message.text)
            companion = ids.companion_id(id_, asked.kind.value)
            turn.command(message, companion, answered[0]["code"], asked.kind, text=words)

    def _found(self, turn: Turn, message: InboundMessage, words: str, cases: list[Document]) -> _Found | None:
        """Return the case that a message acts on, and how; None if none, or if it is about something else."""
        found = verdicts.act_in(words, cases, turn.at_ms)
        if found is None or (questions.asks_status(own_words(message), sure=questions.CLEAR) and not message.thread):
            return None
        about, said = found
        if said == verdicts.disputing(about):
            disputed = self._disputed(turn, message, words, cases, about)
            return None if disputed is None else (disputed, verdicts.disputing(disputed))
        if self._answers_what_was_asked(turn, words, about):
            return None
        return None if isinstance(said, Thanks) and self._says_more(turn, message, words, about) else found

    def _disputed(
        self, turn: Turn, message: InboundMessage, words: str, cases: list[Document], latest: Document
    ) -> Document | None:
        """Return the case that a message disputes: the one whose matter it names, or else the latest; None if it tells another one."""
        about, can_tell = latest, len(words.split()) >= MATTER_WORDS
        told = self._told_to_dispute(turn, message, words) if can_tell or cases[1:] else None
        meant = None if told is None else self._meant(cases, told)
        if meant is not None:
            if not verdicts.answered_of([meant], turn.at_ms):
                return None
            about = meant
        if self._answers_what_was_asked(turn, words, about):
            return None
        return None if told is not None and can_tell and self._tells_another(about, told, words) else about

    def _told_to_dispute(self, turn: Turn, message: InboundMessage, words: str) -> Complaint:
        """Return what the part of a dispute tells that says what is not settled, or all of one that names a place."""
        whole = self._passing.look(turn, message)
        is_placed = whole.place.province is not None or going_on.names_place(words)
        return whole if is_placed else self._told_in_part(turn, message, words, whole)

    def _told_in_part(self, turn: Turn, message: InboundMessage, words: str, whole: Complaint) -> Complaint:
        """Return what the part of a text tells that says what is not settled: "lampu belum" of "sampah sudah, lampu belum"."""
        part = discontent.discontent_part(words)
        return whole if part == message.text else self._passing.look(turn, replace(message, text=part))

    @staticmethod
    def _meant(cases: list[Document], told: Complaint) -> Document | None:
        """Return the one of several cases whose matter a dispute names; None if it names none of them, or a place."""
        return meant_among(cases, told) if cases[1:] and told.place.province is None else None

    def _answers_what_was_asked(self, turn: Turn, words: str, about: Document) -> bool:
        """Return whether what looks like a word about an answer answers the question that was asked after it.

        The word "belum" does so only after a question of its owner, and BELUM as we write it never.
        """
        asked = self._asked_since(turn, about)
        is_by_owner = bool(asked) and not asked[0].get("part")
        return bool(asked) and not (discontent.is_bare(words) and (words.isupper() or not is_by_owner))

    def _tells_another(self, about: Document, told: Complaint, words: str) -> bool:
        """Return whether what looks like a dispute tells another matter than the answered one, or one elsewhere."""
        is_elsewhere = told.place.province is not None or going_on.names_place(words)
        is_of_it = discontent.is_remark(words) or going_on.only_tells_a_state(words)
        if not is_elsewhere and (is_of_it or self._is_beside(about, words, told)):
            return False
        return "subject" not in told.missing and not is_of(about, told)

    def _says_more(self, turn: Turn, message: InboundMessage, words: str, about: Document) -> bool:
        """Return whether thanks come with what must not be lost: a fault, another matter, or a wish that something be hidden."""
        if courtesy.only_thanks(words):
            return False
        if going_on.tells_a_relapse(words) or hidden(message) is not message:
            return True
        told, is_wrong = self._passing.look(turn, message), going_on.tells_a_fault(words)
        if content.says_done(words):
            return is_wrong and is_another(about, told)
        is_content = content.praises(words) or going_on.denies_a_fault(words)
        return is_wrong or (is_other_matter(about, told) and not is_content)

    def _asked_since(self, turn: Turn, about: Document) -> list[Document]:
        """Return the cases in which a question was asked after an answer. One for the subject takes no dispute away: it may be none."""
        asked = memory.asked(turn.state, since_ms=turn.at_ms - self._question_ms)
        return [case for case in asked if case.get("part") != "subject" and case["asked_ms"] > verdicts.told_ms(about)]

    def _is_asked_since(self, turn: Turn, about: Document) -> bool:
        return bool(self._asked_since(turn, about))
