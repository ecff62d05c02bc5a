"""Passes a citizen's message on to a case: as a command, an addition, a dispute or a question for the status."""

from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from complaints import ids, status_requests
from complaints.command import Add, CommandKind, Hide, MessageReading, Show, Status, asked_for
from complaints.limits import as_reason
from complaints.mail import MessageKind, ReplyKind
from complaints.message import InboundMessage
from complaints.tracking import next_code
from complaints.wording import text
from conversation.citizen import Citizen, KnownCase, Question, where_from
from conversation.heard import Heard
from conversation.reading import Reads
from conversation.records import Turn
from normalizer.complaint import position_of
from normalizer.corrections import correction
from normalizer.language.hiding import asks_to_be_hidden, asks_to_be_secret
from normalizer.posts import own_words

_LANDS: Final = {CommandKind.disagree: MessageKind.disagreement, CommandKind.rate: MessageKind.rating}
"""The kind of a message by the command that it becomes. With any other command the message is a mere request."""


class Landed(Struct, frozen=True, gc=False):
    """The result of a message, with the case if it has one; `unread` if the message could not be read."""

    kind: MessageKind
    code: str = ""
    complaint_id: str | None = None
    secret: bool = False
    unread: bool = False


def landed(kind: MessageKind, case: KnownCase | None, *, unread: bool = False) -> Landed:
    """Return what a message became, with its case if that is the citizen's: another's may be secret, and analysts would see its code."""
    if case is None or case.foreign:
        return Landed(kind, unread=unread)
    return Landed(kind, case.code, case.id, case.secret, unread)


def named_case(state: Citizen, message: InboundMessage) -> KnownCase | None:
    """Return the case that a message names: by what it follows or is about, or by a code in it; None if it names none.

    Of a case that is not the citizen's own only the code is known. He may have a new number.
    """
    if not message.sender:
        return state.case_of(message.about) or KnownCase(code=message.about) if message.about else None
    if message.follows:
        earlier = state.landing(str(ids.message_id(message.channel, message.follows)))
        if earlier is not None and earlier.complaint_id:
            return state.case_of_complaint(earlier.complaint_id)
    codes = [message.about, *status_requests.codes_in(message.text)] if state.cases else []
    own = next((case for case in map(state.case_of, codes) if case is not None), None)
    if own is not None:
        return own
    held = status_requests.code_written(message.text)
    return KnownCase(code=held, foreign=True) if held else None


def command(turn: Turn, heard: Heard, case: KnownCase, act: str, *, words: bool = False) -> Landed:
    """Pass on a command to a case (see asked_for), with the citizen's words as his reason if `words` is True."""
    said = as_reason(status_requests.without_codes(heard.message.text)) if words else ""
    asked = asked_for(act, turn.head(heard.message, heard.id, case.code), said)
    turn.write(asked)
    if isinstance(asked, Hide | Show):
        case.hide(hides=isinstance(asked, Hide), anonymous=asked.anonymous, secret=asked.secret)
    return landed(_LANDS.get(asked.kind, MessageKind.request), case)


def tells(turn: Turn, heard: Heard, occasion: str, **values: str) -> Landed:
    """Answer without asking a case: in private, and the same to everybody, so that nobody learns whether the citizen has a report."""
    said = text(occasion, heard.message.channel, **values)
    turn.say(heard.message, heard.id, ReplyKind.small_talk, said, secret=True)
    return Landed(MessageKind.small_talk)


def disputing(case: KnownCase) -> str:
    """Return the act that disputes an answered case: "reopen" if the case is closed or archived, otherwise "disagree"."""
    return "reopen" if case.closed_ms or case.archived_ms else "disagree"


def reopen_too(turn: Turn, heard: Heard, case: KnownCase) -> None:
    """Dispute an answered case by a second command of the same message, with the message's words."""
    act = disputing(case)
    head = turn.head(heard.message, ids.companion_id(heard.id, act), case.code)
    turn.write(asked_for(act, head, as_reason(heard.message.text)))


def status(turn: Turn, message: InboundMessage, id_: UUID, code: str | None, *, names_none: bool = False) -> Landed:
    """Pass on a question for the status to a case, or answer it if it has no code or a wrong one (None).

    If it names none (`names_none`), the citizen's latest case is meant; a citizen without a case learns how to ask.
    """
    if code is None and names_none and turn.state.cases:
        code = turn.state.cases[-1].code
    if code is None:
        occasion = "status_no_code" if names_none else "status_wrong_code"
        said = text(occasion, message.channel, code=status_requests.EXAMPLE_CODE)
        turn.say(message, id_, ReplyKind.status, said, secret=True)  # codes do not belong where everybody reads
        return Landed(MessageKind.status)
    turn.write(Status(**turn.head(message, id_, code)))
    turn.state.questions.append(Question(id=str(id_), at_ms=turn.at_ms, to=turn.state.to))
    return landed(MessageKind.status, turn.state.case_of(code))


def hidden(message: InboundMessage, *, like: KnownCase | None = None) -> InboundMessage:
    """Return a message, hidden as its text asks and as the case `like` is, which it could betray. A secret report hides the person, too."""
    text = own_words(message)
    wishes = asks_to_be_hidden(text)
    secret = (wishes and asks_to_be_secret(text)) or (like is not None and like.secret)
    anonymous = wishes or secret or (like is not None and like.anonymous)
    return replace(message, secret=message.secret or secret, anonymous=message.anonymous or anonymous)


def hide_first(turn: Turn, message: InboundMessage, id_: UUID, case: KnownCase) -> bool | None:
    """Hide what a message to a case asks to hide, before its words are passed on; return True if the report becomes secret, or None."""
    asked = hidden(message)
    anonymous = (asked.anonymous and not (message.anonymous and case.anonymous)) or None
    secret = (asked.secret and not (message.secret and case.secret)) or None
    if anonymous or secret:
        head = turn.head(message, ids.companion_id(id_, CommandKind.hide.value), case.code)
        turn.write(Hide(**head, anonymous=anonymous, secret=secret))
        case.hide(anonymous=anonymous, secret=secret)
    return secret


class Passing:
    """Passes on messages that are read together with their case."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def add(
        self, turn: Turn, message: InboundMessage, id_: UUID, case: KnownCase, *, companion: bool | None = None
    ) -> Landed:
        """Add a message to a case, and hide what it asks to hide. If it is a `companion`, another command informs the citizen."""
        found, was_read = self._reads.completion(message, case)
        reading = found.reading
        if reading.corrects and not case.id:  # the code alone does not allow to move a case
            reading = replace(reading, corrects=None)
        secret, head = hide_first(turn, message, id_, case), turn.head(message, id_, case.code)
        turn.write(Add(**head, addition=found.addition, reading=reading, secret=secret, companion=companion))
        if reading.corrects and (regency := reading.place.regency):
            case.region = regency.code
        case.additions += 1
        case.asked_ms = case.withdrawn_ms = 0
        case.keep(found.complaint)
        return landed(MessageKind.addition, case, unread=not was_read)

    def add_apart(
        self, turn: Turn, message: InboundMessage, id_: UUID, case: KnownCase, *, companion: bool | None = None
    ) -> Landed:
        """Add a message about another matter, which changes nothing in the case (see `add`)."""
        found, was_read = self._reads.completion(message)
        secret, head = hide_first(turn, message, id_, case), turn.head(message, id_, case.code)
        addition = replace(found.addition, apart=True)
        turn.write(Add(**head, addition=addition, reading=MessageReading(), secret=secret, companion=companion))
        case.additions += 1
        return landed(MessageKind.addition, case, unread=not was_read)

    def alone(self, turn: Turn, heard: Heard, id_: UUID, case: KnownCase) -> Landed:
        """Pass on danger to life that is reported to a case: the router opens another one (see router.cases.decide); this one stays."""
        message = heard.message
        found, was_read = self._reads.completion(message)
        head, addition = turn.head(message, id_, case.code), replace(found.addition, apart=True)
        secret, companion = heard.fresh.message.secret or None, True if message.sender else None
        turn.write(Add(**head, addition=addition, reading=found.reading, secret=secret, companion=companion))
        if message.sender:  # he is told about it even if he has asked for silence
            own = ids.continuation_id(id_)
            made = KnownCase(id=str(own), code=next_code(case.code, own), to=where_from(message), opened_ms=turn.at_ms)
            made.after_stop = bool(turn.state.silent_ms)
            turn.state.add_case(made)
        return landed(MessageKind.addition, case, unread=not was_read)

    def correct(self, turn: Turn, heard: Heard, case: KnownCase) -> Landed:
        """Add a message that corrects an answered case. If it corrects the regency to another one, reopen the case, too."""
        message = heard.message
        if position_of(message) is None and correction(message.text) is not None:
            reading = self._reads.completion(message, case)[0].reading
            regency = reading.place.regency if reading.corrects else None
            if regency is not None and not (case.region or "").startswith(regency.code):
                return self.dispute(turn, heard, case, whole=True)
        return self.add(turn, message, heard.id, case)

    def dispute(self, turn: Turn, heard: Heard, case: KnownCase, *, whole: bool = False) -> Landed:
        """Reopen an answered case with the citizen's words. Also add the message if it has files, or is to be kept `whole`."""
        became = command(turn, heard, case, disputing(case), words=True)
        if heard.message.attachments or whole:
            id_ = ids.companion_id(heard.id, CommandKind.add.value)
            self.add(turn, heard.message, id_, case, companion=True)
        return became
