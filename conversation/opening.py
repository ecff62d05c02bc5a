"""Opens a case for a message. If a citizen opens too many, further messages are added to a recent case, and one reply tells him so."""

import re
from functools import partial
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from complaints import ids
from complaints.crypto import Keyring
from complaints.limits import MOST_ADDITIONS
from complaints.mail import MessageKind
from complaints.message import InboundMessage
from complaints.tracking import spaced
from conversation.citizen import KnownCase, where_from
from conversation.heard import Fresh, Heard
from conversation.passing import Landed, Passing, hidden, landed, tells
from conversation.reading import Reads, words_of
from conversation.records import Turn
from conversation.situation import ANSWERED_MS
from normalizer.language import commands, cues

_SENTENCE: Final = re.compile(r"[^.!?;\n]+[.!?;\n]*\s*")
_LONGEST: Final = 60
"""Maximum number of words of a message that may have two stories; a longer one is a single report."""

_FEWEST, _A_STORY = 5, 0.6
"""Minimum number of words of a sentence that may be a story of its own, and minimum probability that it is one."""

_MORE: Final = 0.5
"""Minimum probability that a sentence continues the report before it, at which it is no other matter: "Who has not paid may not go"."""

MOST_OPENED: Final = 5
"""The number of cases that one citizen can open within WITHIN_MS: more than anybody has to report in that time."""

WITHIN_MS: Final = 600_000
"""Ten minutes."""


class Opens:
    """Opens cases."""

    def __init__(self, keyring: Keyring, reads: Reads, passing: Passing) -> None:
        self._keyring, self._reads, self._passing = keyring, reads, passing

    def heard(self, turn: Turn, message: InboundMessage, id_: UUID) -> Heard:
        """Return a message with what is read of it."""
        behind, reads = commands.behind_opening(message.text), partial(self._fresh, turn)
        return Heard(replace(message, text=behind) if behind else message, id_, reads, opens=behind is not None)

    def _fresh(self, turn: Turn, message: InboundMessage, id_: UUID) -> Fresh:
        hides = hidden(message, like=_last_told(turn, message))
        code = self._keyring.tracking_code(id_) if hides.sender else turn.citizen
        return Fresh(hides, *self._reads.complaint(hides, id_=id_, code=code, citizen=turn.citizen))

    def stories(self, turn: Turn, heard: Heard) -> tuple[list[Heard], bool]:
        """Return the stories of a message, mostly one and at most two, each as a message of its own, and whether one is of two matters.

        The second begins with a sentence of another field, in another regency, or where only one of the two reports an abuse of office.
        If the fields clearly differ but not the places, it stays one of two matters.
        """
        message = heard.fresh.message
        if not heard.is_own or message.attachments or message.title or heard.length > _LONGEST or heard.cries:
            return [heard], False
        reads = partial(self._fresh, turn)
        sentences = [
            (one.start(), Heard(replace(message, text=one[0]), heard.id, reads))
            for one in _SENTENCE.finditer(message.text)
        ]
        told = [(start, one) for start, one in sentences if one.length >= _FEWEST and one.sure_of("story") >= _A_STORY]
        if not told:
            return [heard], False
        first = told[0][1]
        others = [(start, other) for start, other in told[1:] if _is_of_another_field(first, other)]
        begins = next((start for start, other in others if _is_apart(first, other)), 0)
        if not begins:
            clear = [other for _, other in others if first.fresh.complaint.clear and other.fresh.complaint.clear]
            return [heard], any(other.sure_of("more") < _MORE for other in clear)
        second = self.heard(turn, replace(message, text=message.text[begins:]), ids.companion_id(heard.id, "story"))
        return [self.heard(turn, replace(message, text=message.text[:begins]), heard.id), second], False

    def opened(self, turn: Turn, heard: Heard) -> Landed:
        """Open a case for a message, or add it to a recent one if the citizen has opened too many. Danger always opens a case."""
        takes = _taken_by(turn) if heard.is_own and not heard.cries else None
        if takes is not None:
            if turn.at_ms - turn.state.crowd_ms >= WITHIN_MS:
                turn.state.crowd_ms = turn.at_ms
                tells(turn, heard, "crowd", code=spaced(takes.code))
            return self._passing.add_apart(turn, heard.message, heard.id, takes, companion=True)
        turn.write(heard.fresh.complaint)
        case = _new_case(turn, heard.fresh)
        turn.state.add_case(case)
        return landed(MessageKind.complaint, case, unread=not heard.fresh.was_read)


def _new_case(turn: Turn, fresh: Fresh) -> KnownCase:
    """Return what the state keeps of a new case."""
    complaint, message = fresh.complaint, fresh.message
    place = complaint.place
    region = place.village or place.district or place.regency or place.province
    case = KnownCase(
        code=complaint.tracking_code,
        id=str(complaint.id),
        to=where_from(message),
        thread=message.thread,
        topic=complaint.topic,
        region=None if region is None else region.code,
        oversight=complaint.oversight,
        secret=complaint.secret,
        anonymous=complaint.anonymous,
        danger=bool(complaint.danger),
        words="" if message.sender else words_of(message),
        opened_ms=turn.at_ms,
        after_stop=bool(turn.state.silent_ms),
    )
    if message.thread or not message.sender or {"place", "subject"} & set(complaint.missing):
        case.keep(complaint)
    return case


def _is_of_another_field(first: Heard, told: Heard) -> bool:
    """Return whether two sentences report matters of different fields."""
    fields = [(one.fresh.complaint.topic or "").partition("/")[0] for one in (first, told)]
    return fields[0] != fields[1] and first.names_matter and told.names_matter


def _is_apart(first: Heard, told: Heard) -> bool:
    """Return whether a sentence of another field begins another story than the first one (see Opens.stories)."""
    mine, other = first.fresh.complaint, told.fresh.complaint
    if mine.place.regency is None or other.place.regency is None:
        return False
    is_elsewhere = mine.place.regency != other.place.regency and cues.names_kind_of_place(told.said)
    return is_elsewhere or mine.oversight != other.oversight


def _last_told(turn: Turn, message: InboundMessage) -> KnownCase | None:
    """Return the case whose hiding a new one takes over: the latest of this week, or a hidden one that is open or was lately answered."""
    if not message.sender or message.shared:
        return None
    cases, spoken_of = turn.state.cases, {known.code for known in turn.state.messages}
    latest = [case for case in cases[-1:] if case.code in spoken_of]
    near = [case for case in cases if case.is_alive or case.told_ms > turn.at_ms - ANSWERED_MS]
    hiding = [case for case in near if case.secret or case.anonymous]
    return max([*latest, *hiding], key=lambda case: (case.secret, case.anonymous), default=None)


def _taken_by(turn: Turn) -> KnownCase | None:
    """Return the open case with room that takes a message which would open one too many; None if the message may open a case."""
    cases = turn.state.cases[-MOST_OPENED:]
    if len(cases) < MOST_OPENED or turn.at_ms - cases[0].opened_ms >= WITHIN_MS:
        return None
    return next((case for case in reversed(cases) if case.is_alive and case.additions < MOST_ADDITIONS), None)
