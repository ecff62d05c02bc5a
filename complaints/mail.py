"""The records in the mailboxes of citizens and accounts: messages as received, replies, texts to send, and timers."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from complaints.values import ChannelName, Count, Event, MissingPart, Moment, RegionCode


class Received(Event):
    """A message as a channel received it: the first record in the citizen's mailbox, appended before the channel acknowledges."""

    id: UUID
    """The id of the message, and of the complaint or the command that it becomes."""
    citizen: str
    """The key of the mailbox: the pseudonym of the sender, or on the web the tracking code."""
    channel: ChannelName
    account: str = ""
    """Our account that received it, by which replies leave; empty if the channel has no accounts."""
    received_at: Moment
    """The channel's clock when it acknowledged."""
    month: str
    """The month of the key that sealed the message, "2026-11"."""
    sealed: str
    """The message with the address of its sender, encrypted (see complaints.message.pack); the raw bytes if there is a fault."""
    fault: str | None = None
    """Why the channel could not read the message."""
    error_class: str | None = None
    """The name of the Python class of that error."""


class ReplyKind(StrEnum):
    """The kinds of replies to the citizen: each names the reason for which the reply is sent."""

    received = "received"
    """The complaint was received and has an owner."""
    question = "question"
    """The citizen is asked for a part that the complaint lacks, or by the owner in its own words."""
    moved = "moved"
    """The owner refused the case, and another agency owns it now."""
    completed = "completed"
    """The citizen's addition was received."""
    answered = "answered"
    """The owner answered the complaint."""
    reminded = "reminded"
    """The citizen has not answered the question, and is reminded of it, once."""
    put_off = "put_off"
    """The owner needs more time, has put the case off to a day, or the class was corrected, which sets its days."""
    closed = "closed"
    """The case is closed, and the citizen is asked to rate it."""
    reopened = "reopened"
    """The case is open again."""
    rated = "rated"
    """The citizen's rating was received."""
    withdrawn = "withdrawn"
    """The complaint was withdrawn, by the citizen or by the law."""
    archived = "archived"
    """A triage desk decided that it is no complaint, and put it aside; the citizen can open it again."""
    hidden = "hidden"
    """The person or the report is hidden now."""
    merged = "merged"
    """Others have reported the same: the case is handled together with an older one."""
    unmerged = "unmerged"
    """The case is handled separately again."""
    next_right = "next_right"
    """Nobody has acted in time: the citizen learns where he can turn next."""
    status = "status"
    """The citizen asked for the status of a case."""
    small_talk = "small_talk"
    """The citizen greeted the channel or asked how it works."""


class Reply(Event):
    """A text for a citizen about a case: a record that the router writes to the citizen's mailbox."""

    id: UUID
    citizen: str
    """The key of the mailbox."""
    complaint_id: UUID | None = None
    """The complaint; None if the reply is that there is no such case."""
    tracking_code: str
    channel: ChannelName
    """The channel of the recipient: the text is worded for it."""
    kind: ReplyKind
    text: str
    created_at: Moment
    caused_by: UUID
    """The id of the record in the mailbox of the case that led to it."""
    hop: Count = 0
    """The present hop of the case."""
    part: MissingPart | None = None
    """The part that the citizen is asked for; None if this reply asks for nothing."""
    topic: str | None = None
    """The topic of the case, by which the conversation decides whether the citizen's next message belongs to it."""
    region: RegionCode | None = None
    """The smallest known region of the case."""
    additions: Count = 0
    """The number of additions to the case so far."""
    secret: bool = False
    """True if the report is secret: then no analyst may see its code."""
    private: bool = False
    """True if only the recipient may read it: the report is secret, its citizen is anonymous, or the reply is that something is hidden."""
    by_code: bool | None = None
    """True if somebody else who has the code caused it: no other reply waits for such a one."""
    urgent: bool | None = None
    """True if it answers a message that reports danger to life now: it has the number for emergencies, and never waits."""


class Send(Event):
    """A text to send to a citizen: a record in the mailbox of the account that sends it."""

    id: UUID
    """The id of the reply."""
    account: str
    """The key of the mailbox: the name of the account."""
    channel: ChannelName
    citizen: str
    complaint_id: UUID | None = None
    tracking_code: str = ""
    kind: ReplyKind
    month: str
    """The month of the key that sealed the text."""
    sealed: str
    """The text and the address that it goes to, encrypted (see complaints.crypto.Keyring.seal_text)."""
    created_at: Moment
    expires_at: Moment
    """After this time the text is of no use, and is not sent."""
    secret: bool = False
    private: bool = False
    """True if nobody else may read it (see Reply)."""
    urgent: bool | None = None
    """True if it goes before the texts of other citizens (see Reply)."""


class SendReport(Event):
    """A later report of an upstream about a text that it accepted, for example an SMSC's delivery receipt: a record for the account."""

    id: UUID
    account: str
    """The key of the mailbox."""
    channel: ChannelName
    upstream_id: str
    """The upstream's identifier of the text, from its answer when it accepted the text."""
    ok: bool
    """True if the citizen has received the text."""
    detail: str = ""
    """The upstream's own words."""
    at: Moment


class Due(Event):
    """A timer: a record that a step proposes to itself when a state's timer is due."""

    id: UUID
    key: str
    at: Moment


class MessageKind(StrEnum):
    """The result of a message."""

    complaint = "complaint"
    """It is a complaint."""
    addition = "addition"
    """It was added to a case."""
    answer = "answer"
    """It was added to a case as the answer to our question."""
    status = "status"
    """It asks for the status of a case."""
    disagreement = "disagreement"
    """It says that the answer does not settle the matter."""
    rating = "rating"
    """It rates a closed case."""
    request = "request"
    """It asks for a case to be withdrawn, hidden or opened again."""
    thanks = "thanks"
    """It only thanks for an answer, and gets no reply."""
    silence = "silence"
    """It asks for no more replies, or for replies again."""
    small_talk = "small_talk"
    """It is no complaint, and the channel has a sentence for it."""
    repeated = "repeated"
    """It repeats the words of a message of the last day, and belongs to what that became."""
    ignored = "ignored"
    """It is no message to us, for example an operator's advertisement, or a public body's post that only names our account."""
    dead_letter = "dead_letter"
    """It cannot be read."""


class MessageEvent(Event):
    """The result of one message, and its place. Each acknowledged message has exactly one result."""

    id: UUID
    """The id of the message."""
    citizen: str
    channel: ChannelName
    account: str = ""
    kind: MessageKind
    complaint_id: UUID | None = None
    tracking_code: str = ""
    """The tracking code of the case; empty if it belongs to none."""
    whole_id: UUID | None = None
    """The id of the message that this part of a long one was joined to; None for a whole message."""
    partial: bool = False
    """True if some parts of the long message never arrived in time."""
    doubtful: bool = False
    """True if the parts of the long message came minutes apart, so that they may be parts of two."""
    unread: bool = False
    """True if reading it failed, so that the complaint went to the triage desk as it came."""
    received_at: Moment
    at: Moment
    """When it became that: the time of the record that caused it."""
    secret: bool = False


class ReplyEvent(Event):
    """A reply to a citizen and the way that it takes: an account sends it, or it is shown on the page of the case."""

    id: UUID
    """The id of the reply."""
    citizen: str
    channel: ChannelName
    account: str = ""
    """The account that sends it; empty if it is shown on the page."""
    kind: ReplyKind
    complaint_id: UUID | None = None
    tracking_code: str = ""
    created_at: Moment
    at: Moment
    secret: bool = False


class DeliveryOutcome(StrEnum):
    """The possible results of sending a reply."""

    sent = "sent"
    """The upstream accepted the reply."""
    unknown = "unknown"
    """The reply left, or may have left, and the upstream did not answer."""
    delivered = "delivered"
    """The upstream reported that the reply arrived."""
    undeliverable = "undeliverable"
    """The reply will never arrive; `reason` of the delivery says why."""
    expired = "expired"
    """The reply was not sent, because it was too old."""


QUESTIONS: Final = {ReplyKind.question, ReplyKind.reminded}
"""The replies that ask the citizen for something."""

NOTHING_NEW: Final = {
    ReplyKind.received,
    ReplyKind.completed,
    ReplyKind.small_talk,
    ReplyKind.merged,
    ReplyKind.unmerged,
}
"""Replies that only say that we received something, or that others reported it too: the same words after them are a repetition."""


class Delivery(Event):
    """One outcome of a reply, such as sent or undeliverable. A reply can have several: first it is sent, later it is delivered."""

    id: UUID
    reply_id: UUID
    citizen: str
    complaint_id: UUID | None = None
    tracking_code: str = ""
    channel: ChannelName
    account: str = ""
    kind: ReplyKind
    outcome: DeliveryOutcome
    upstream_id: str = ""
    """The upstream's identifier of the sent text."""
    reason: str = ""
    """The reason why the reply did not arrive, or the upstream's words about it."""
    at: Moment
    secret: bool = False

    @property
    def concerns_citizen(self) -> bool:
        """True if his mailbox gets it: he may have received something new, or did not get a question."""
        if self.outcome in (DeliveryOutcome.sent, DeliveryOutcome.unknown):
            return self.kind not in NOTHING_NEW
        return self.kind in QUESTIONS and self.outcome is not DeliveryOutcome.delivered
