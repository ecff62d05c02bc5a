"""The state of a citizen's mailbox, as JSON; unknown fields are dropped. Each list has a maximum length, so that none grows for ever."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Raw, Struct, ValidationError, json
from msgspec.structs import replace

from complaints.event import Complaint
from complaints.mail import MessageKind, Reply
from complaints.message import InboundMessage
from complaints.values import MissingPart
from conversation.parts import DAY_MS, Group

HOUR_MS: Final = 3_600_000

MESSAGES_MS: Final = 7 * DAY_MS
"""How long a message is remembered, so that one delivered again becomes the same: the retention of lapor.conversations."""

MOST_MESSAGES: Final = 300
"""The maximum number of messages that are remembered: more than one person writes in a week."""

MOST_CASES: Final = 200
"""The maximum number of cases per citizen that are known here. The router keeps every case."""

MOST_WAITING: Final = 30
"""The maximum number of texts that wait for a citizen. Beyond it the oldest one by others' doing is dropped, or the oldest answer, or
the oldest text, because newer ones tell the present status. It is recorded as undeliverable."""

MOST_QUESTIONS: Final = 30
"""The maximum number of questions for a status whose addresses are kept until the case answers."""

MOST_TOLD: Final = 300
"""The maximum number of sent texts that are remembered: an hour of the highest number per hour, of each of three causes."""

COMPLAINTS_KEPT: Final = 3
"""The number of latest cases that keep the complaint whole, so that an answer is read together with it."""

LARGEST_COMPLAINT: Final = 60_000
"""Maximum number of bytes of a complaint that is kept whole. A longer one is not read again together with its answer."""

NO_COMPLAINT: Final = Raw()
"""The complaint of a case that is not kept whole."""


class Cause(StrEnum):
    """The actor whose action caused a reply. Each cause has its own limit per hour, so that none delays another."""

    own = "own"
    """A message of the citizen himself within the hour."""
    by_code = "by_code"
    """Somebody else who has the code."""
    other = "other"
    """An agency, the law or the clock."""
    none = ""
    """Not counted against a limit."""


class Where(Struct, kw_only=True, gc=False):
    """The address of a text: the account that sends it, and what its channel needs to reach the citizen."""

    account: str
    address: dict[str, str]


def where_from(message: InboundMessage) -> Where:
    """Return where replies to a message go."""
    return Where(account=message.account, address={"sender": message.sender, **message.reply_to})


class Landing(Struct, kw_only=True, array_like=True, frozen=True, gc=False):
    """The result of a message, and its case."""

    id: str
    at_ms: int
    words: str
    """The digest of its words (see conversation.reading.words_of)."""
    kind: MessageKind
    code: str = ""
    complaint_id: str | None = None
    secret: bool = False


class Told(Struct, kw_only=True, array_like=True, frozen=True, gc=False):
    """A text that has left for the citizen, or that he may have received."""

    at_ms: int
    message: str = ""
    """The message that it answers; empty if it answers none, or says nothing new."""
    cause: Cause = Cause.none


class Leaving(Struct, kw_only=True, array_like=True, frozen=True, gc=False):
    """A reply that was sent; its outcome will show whether the citizen may have received it."""

    at_ms: int
    reply_id: str
    message: str
    """The message that it answers."""


class Question(Struct, kw_only=True, array_like=True, frozen=True, gc=False):
    """A question for a status that its case has not answered yet."""

    id: str
    at_ms: int
    to: Where | None = None
    """The address for the answer."""


class Waiting(Struct, kw_only=True, omit_defaults=True, frozen=True, gc=False):
    """A text that waits until the limit per hour has room for it."""

    reply: Reply
    account: str
    address: dict[str, str]
    cause: Cause = Cause.other


class KnownCase(Struct, kw_only=True, omit_defaults=True, gc=False):
    """All that is known of a case. Times are in milliseconds since 1970; 0 if it has not happened or no longer counts."""

    code: str
    id: str | None = None
    """The id of its complaint; None if it is known by its code alone."""
    foreign: bool = False
    """True if the citizen named this case by its code, but it is not known as his: he may have a new number. It is never stored."""
    to: Where | None = None
    """The address for its replies."""
    thread: str = ""
    """The channel's own name of the thread that began with it."""
    topic: str | None = None
    region: str | None = None
    """The smallest known region."""
    oversight: bool = False
    secret: bool = False
    anonymous: bool = False
    danger: bool = False
    """True if danger to life was reported in it."""
    words: str = ""
    """The digest of the words of a complaint that came from a page."""
    opened_ms: int = 0
    after_stop: bool = False
    """True if it was opened after the citizen asked for silence: he still gets replies about this case."""
    hop: int = 0
    additions: int = 0
    asked_ms: int = 0
    """When the open question to the citizen was last asked."""
    asked_by: str = ""
    """The id of the reply that asked it last."""
    unheard_ms: int = 0
    """When the case learns that its question is not known to have been sent; 0 if it is known, or the case has learnt it."""
    part: MissingPart | None = None
    """The part that the question asks for; None for a question in an officer's words."""
    polar: bool = False
    """True if yes can answer the question."""
    answered_ms: int = 0
    withdrawn_ms: int = 0
    archived_ms: int = 0
    closed_ms: int = 0
    rated_ms: int = 0
    reopened_ms: int = 0
    by_code_ms: int = 0
    """When the citizen was last told that somebody else with the code has added to it."""
    complaint: Raw = NO_COMPLAINT
    """The complaint so far (see `keep`), decoded only when a message is read together with it."""

    @property
    def told_ms(self) -> int:
        """When the citizen was last told an answer, a closing or an archiving."""
        return max(self.answered_ms, self.closed_ms, self.archived_ms)

    @property
    def is_alive(self) -> bool:
        """True if it is neither withdrawn, archived nor closed."""
        return not (self.withdrawn_ms or self.archived_ms or self.closed_ms)

    def hide(self, *, hides: bool = True, anonymous: bool | None = None, secret: bool | None = None) -> None:
        """Note that the person, the report or both are hidden, or shown if `hides` is False."""
        self.anonymous = hides if anonymous else self.anonymous
        self.secret = hides if secret else self.secret

    def keep(self, complaint: Complaint | None) -> None:
        """Keep the complaint whole, unless it is too long, so that a further message is read together with it."""
        self.complaint = NO_COMPLAINT
        if complaint is not None:
            additions = tuple([replace(one, raw=replace(one.raw, body=b"")) for one in complaint.additions])
            bare = json.encode(replace(complaint, raw=replace(complaint.raw, body=b""), additions=additions))
            if len(bare) <= LARGEST_COMPLAINT:
                self.complaint = Raw(bare)

    @property
    def kept(self) -> Complaint | None:
        """The complaint that is kept whole, or None if there is none."""
        try:
            return json.decode(self.complaint, type=Complaint) if self.complaint else None
        except ValidationError:  # written by another version of the program
            return None


class Citizen(Struct, kw_only=True, omit_defaults=True, gc=False):
    """The state of a citizen's mailbox."""

    messages: list[Landing] = []
    groups: list[Group] = []
    cases: list[KnownCase] = []
    told: list[Told] = []
    leaving: list[Leaving] = []
    waiting: list[Waiting] = []
    questions: list[Question] = []
    to: Where | None = None
    """The address from which the citizen last wrote."""
    silent_ms: int = 0
    """Since when he has asked for silence, in milliseconds since 1970; 0 if he has not."""
    missed_ms: int = 0
    """Since when he has heard nothing: the first STOP since he last heard."""
    crowd_ms: int = 0
    """When he was last told that his further messages are added to a case (see conversation.opening)."""

    def landing(self, message_id: str) -> Landing | None:
        """Return what a message became, or None if it is not remembered."""
        return next((known for known in self.messages if known.id == message_id), None)

    def case_of(self, code: str) -> KnownCase | None:
        """Return what is known of the citizen's case with a tracking code, or None if the case is not his."""
        return next((case for case in reversed(self.cases) if case.code == code), None)

    def case_of_complaint(self, complaint_id: UUID | str | None) -> KnownCase | None:
        """Return what is known of the citizen's case of a complaint, or None if there is no complaint or it is not his."""
        wanted = str(complaint_id)
        return next((case for case in reversed(self.cases) if case.id == wanted), None)

    def add_case(self, case: KnownCase) -> None:
        """Add a case. Of older cases only the latest COMPLAINTS_KEPT keep the complaint whole."""
        self.cases = [*self.cases, case][-MOST_CASES:]
        for older in self.cases[:-COMPLAINTS_KEPT]:
            older.complaint = NO_COMPLAINT

    def prune(self, at_ms: int) -> None:
        """Forget what is too old at a time in milliseconds since 1970."""
        since, day = at_ms - MESSAGES_MS, at_ms - DAY_MS
        self.messages = [known for known in self.messages if known.at_ms >= since]
        self.told = [one for one in self.told if one.at_ms >= day][-MOST_TOLD:]
        self.leaving = [one for one in self.leaving if one.at_ms >= since][-MOST_TOLD:]
        self.questions = [one for one in self.questions if one.at_ms >= day][-MOST_QUESTIONS:]

    @property
    def is_empty(self) -> bool:
        """True if nothing is left that anybody could ask for."""
        return not (self.silent_ms or self.messages or self.groups or self.cases or self.waiting)


DECODER: Final = json.Decoder(Citizen)
"""Decodes the state."""
