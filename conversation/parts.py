"""Joins the parts of long messages in a citizen's state. Parts of two messages are never joined silently."""

from datetime import datetime
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from complaints.message import Fragment, InboundMessage

DAY_MS: Final = 86_400_000

JOIN_MS: Final = 5 * 60_000
"""How long after the last part another one with its reference is joined. A later one is added to the case: it may be of another message."""

URGENT_MS: Final = 20_000
"""The longest wait for the next part if those so far report danger to life. The rest is added to the case when it comes."""

DOUBTFUL_MS: Final = 60_000
"""The longest time between two parts of a message, which come within seconds, before the message is marked as doubtful."""

MOST_GROUPS: Final = 40
"""The maximum number of groups of a citizen. Beyond it, the oldest ones whose messages have gone on are forgotten."""

MOST_PARTS: Final = 300
"""The maximum number of parts that wait: more than one message has. Beyond it, the oldest messages go on incomplete."""

MOST_BYTES: Final = 105_000
"""The maximum size of the parts that wait: in base64 140,000 characters, or the state would outgrow a record."""

MOST_AGAIN: Final = 50
"""The maximum number of repeated parts of a message whose ids are kept until the message goes on."""


class Got(Struct, kw_only=True, frozen=True, gc=False):
    """A part that waits."""

    id: str
    digest: str
    body: bytes
    alphabet: int
    received_at: datetime


class Went(Struct, kw_only=True, frozen=True, omit_defaults=True, gc=False):
    """The result of the long message; empty until the caller has set it."""

    id: str = ""
    code: str = ""
    complaint: str | None = None
    secret: bool = False


class Group(Struct, kw_only=True, gc=False):
    """The parts with one reference of one sender. After their message has gone on, only their digests are left."""

    key: tuple[str, int, int]
    """The sender's number, the reference, and the number of parts."""
    total: int
    channel: str
    account: str
    sender: str
    reply_to: dict[str, str]
    shared: bool
    coding: str
    got: dict[int, Got] = {}
    """The parts by their numbers."""
    again: list[str] = []
    """The ids of repeated parts."""
    last_ms: int
    urgent: bool = False
    """True if its parts so far report danger to life."""
    gap_ms: int = 0
    """The longest time between two parts."""
    crossed: bool = False
    """True if parts of another message with the same reference came in the meantime."""
    digests: dict[int, str] = {}
    """The digests of the parts, after the message has gone on."""
    went: Went | None = None
    """None while the message waits."""

    @property
    def parts(self) -> list[Got]:
        """The parts that wait, in their order. The id of the first one becomes that of the message."""
        return [part for _, part in sorted(self.got.items())]

    @property
    def is_whole(self) -> bool:
        """True if all parts wait here."""
        return len(self.got) == self.total

    @property
    def is_doubtful(self) -> bool:
        """True if two parts came more than a minute apart, or parts of another message with the same reference came as well."""
        return self.gap_ms > DOUBTFUL_MS or self.crossed

    def due_ms(self, timeout_ms: int) -> int:
        """Return when its message goes on although parts are missing, in milliseconds since 1970."""
        return self.last_ms + (min(timeout_ms, URGENT_MS) if self.urgent else timeout_ms)

    def go(self, went: Went) -> None:
        """Note what the message became. Only the digests of its parts are left."""
        self.digests = {number: part.digest for number, part in sorted(self.got.items())}
        self.went, self.got, self.again = went, {}, []


def take(groups: list[Group], message: InboundMessage, id_: str, at_ms: int) -> Group | None:
    """Take a part at a time in milliseconds since 1970.

    Return the group that this part makes whole, or that of a repeated part that the caller notes now; None if the part only waits.
    """
    fragment = message.fragment
    assert fragment is not None
    key = (message.reply_to.get("from", ""), fragment.reference, fragment.total)
    part = Got(
        id=id_,
        digest=blake2b(message.body, digest_size=8).hexdigest(),
        body=message.body,
        alphabet=fragment.data_coding,
        received_at=message.received_at,
    )
    if any(id_ in {*(one.id for one in group.got.values()), *group.again} for group in groups):
        return None
    for group in reversed(groups):
        if group.key != key:
            continue
        if group.went is not None:
            if group.digests.get(fragment.sequence) == part.digest:
                return group
            continue
        known = group.got.get(fragment.sequence)
        if known is not None and known.digest == part.digest:
            if len(group.again) == MOST_AGAIN:
                return group
            group.again.append(id_)
            return None
        if known is None and at_ms - group.last_ms <= JOIN_MS:
            _add(group, fragment.sequence, part, at_ms)
            return group if group.is_whole else None
    _add(_opened(groups, key, message, at_ms), fragment.sequence, part, at_ms)
    return None


def overdue(groups: list[Group], at_ms: int, timeout_ms: int) -> list[Group]:
    """Return the groups whose messages go on although parts are missing, and forget groups that went on a day ago.

    The caller notes what each message became before it takes the next one, which may be the rest of it.
    """
    kept = [group for group in groups if group.went is None or group.last_ms > at_ms - DAY_MS]
    waiting = [group for group in kept if group.went is None]
    late = [group for group in waiting if group.due_ms(timeout_ms) <= at_ms]
    room, space = MOST_PARTS, MOST_BYTES
    for group in reversed(waiting):
        room -= len(group.got)
        space -= sum(len(part.body) for part in group.got.values())
        if (room < 0 or space < 0) and group not in late:
            late.append(group)
    gone_on = [group for group in kept if group.went is not None][: max(0, len(kept) - MOST_GROUPS)]
    groups[:] = [group for group in kept if group not in gone_on]
    return late


def so_far(group: Group) -> InboundMessage:
    """Return the message of the parts that a group has, its text not decoded yet."""
    parts = group.parts
    return InboundMessage(
        channel=group.channel,
        account=group.account,
        received_at=max(part.received_at for part in parts),
        sender=group.sender,
        reply_to=group.reply_to,
        shared=group.shared,
        fragment=Fragment(data_coding=parts[0].alphabet),
        text="",
        body=b"".join(part.body for part in parts),
        coding=group.coding,
        parts=len(parts),
        partial=not group.is_whole,
    )


def former(groups: list[Group], group: Group) -> Went | None:
    """Return what an earlier message of the sender became that lacks the parts of this group; None if there is none."""
    for other in reversed(groups):
        same = other is not group and other.key == group.key and other.went is not None and other.went.id
        if same and len(other.digests) < other.total and not other.digests.keys() & group.got.keys():
            return other.went
    return None


def _add(group: Group, number: int, part: Got, at_ms: int) -> None:
    group.gap_ms = max(group.gap_ms, at_ms - group.last_ms)
    group.last_ms = at_ms
    group.got[number] = part


def _opened(groups: list[Group], key: tuple[str, int, int], message: InboundMessage, at_ms: int) -> Group:
    """Open a group. It and others that wait with the same reference are marked as crossed: they may get each other's parts."""
    group = Group(
        key=key,
        total=key[2],
        channel=message.channel,
        account=message.account,
        sender=message.sender,
        reply_to=message.reply_to,
        shared=message.shared,
        coding=message.coding,
        last_ms=at_ms,
    )
    for other in groups:
        if other.key == key and other.went is None and at_ms - other.last_ms <= JOIN_MS:
            group.crossed = other.crossed = True
    groups.append(group)
    return group
