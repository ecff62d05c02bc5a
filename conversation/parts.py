"""Joins the parts of long messages in a citizen's state. Parts of two messages are never joined silently.

A group is the parts that came with one reference of the sender. Of its parts, `got` has id, digest, bytes in base64, alphabet and time of
receipt by number; once its message has gone on, only their `digests` are left, and `went` says where it landed.
"""

import base64
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from complaints.message import Fragment, InboundMessage
from conversation.citizen import DAY_MS, Document

JOIN_MS: Final = 5 * 60_000
"""How long after the last part another one with the same reference may be of the same message. Later ones may be of another message of
the sender, who uses the reference again; a late part is then added to the case visibly."""

DOUBTFUL_MS: Final = 60_000
"""Parts of one message come within seconds. If more than this lies between two, the joined message is marked as doubtful."""

MOST_GROUPS: Final = 40
"""The maximum number of groups of a citizen; the oldest ones that have gone on are forgotten first."""

MOST_PARTS: Final = 300
"""The maximum number of parts that wait: more than one message has. The oldest message goes on before there are more."""

MOST_CHARACTERS: Final = 140_000
"""The maximum size of the parts that wait, in characters of base64: about 100 kB, or the state would outgrow a record."""

MOST_AGAIN: Final = 50
"""The maximum number of parts that came again whose ids are kept until the message goes on."""


class Whole(NamedTuple):
    """A long message that goes on.

    Attributes:
        message: the joined message, its text not decoded yet.
        id: the id of its first part, which becomes its own.
        group: its group, in whose `went` the caller notes where the message landed.
        part_ids: the ids of all its parts, in their order.
        again_ids: the ids of parts that came again.
        doubtful: whether the parts came minutes apart, or together with parts of another message with the same reference.
        late_for: where an earlier part of the message has gone on; None if it is a message of its own.
    """

    message: InboundMessage
    id: str
    group: Document
    part_ids: tuple[str, ...]
    again_ids: tuple[str, ...]
    doubtful: bool
    late_for: Document | None


class Part(NamedTuple):
    """A part as it came.

    Attributes:
        id: the id of the message.
        message: the message with its fragment.
        at_ms: when it came, in milliseconds since 1970.
    """

    id: str
    message: InboundMessage
    at_ms: int


def take(state: Document, part: Part) -> Whole | Document | None:
    """Take a part.

    Returns:
        The whole message if this part completes it; its group if the part came again and it is to be noted now; None if the message waits.
    """
    fragment, body = part.message.fragment, part.message.body
    assert fragment is not None
    key = [part.message.reply_to.get("from", ""), fragment.reference, fragment.total]
    digest = _digest(body)
    if any(part.id in _ids(group) for group in state["groups"]):
        return None
    for group in reversed(state["groups"]):
        if group["key"] != key:
            continue
        if group.get("went") is not None:
            if group["digests"].get(str(fragment.sequence)) == digest:
                found: Document = group
                return found
            continue
        known = group["got"].get(str(fragment.sequence))
        if known is not None and known["digest"] == digest:
            if len(group["again"]) == MOST_AGAIN:
                return dict(group)
            group["again"] = [*group["again"], part.id]
            return None
        if known is None and part.at_ms - group["last_ms"] <= JOIN_MS:
            _add(group, part, digest)
            return gone(state, group) if len(group["got"]) == fragment.total else None
    _open(state, key, part, digest)
    return None


def overdue(state: Document, at_ms: int, timeout_ms: int) -> Iterator[Whole]:
    """Return the messages that go on although parts are missing, and forget groups that went on a day ago.

    Each message comes when the caller has noted where the one before landed: it may be the rest of that one.

    Args:
        state: of the citizen.
        at_ms: the present time in milliseconds since 1970.
        timeout_ms: how long a message waits for its parts after the last one came.
    """
    kept = [group for group in state["groups"] if group.get("went") is None or group["last_ms"] > at_ms - DAY_MS]
    waiting: list[Document] = [group for group in kept if group.get("went") is None]
    late = [group for group in waiting if group["last_ms"] + timeout_ms <= at_ms]
    room, space = MOST_PARTS, MOST_CHARACTERS
    for group in reversed(waiting):
        room -= len(group["got"])
        space -= sum(len(part["body"]) for part in group["got"].values())
        if (room < 0 or space < 0) and group not in late:
            late.append(group)
    if len(kept) > MOST_GROUPS:
        gone_on = [group for group in kept if group.get("went") is not None][: len(kept) - MOST_GROUPS]
        kept = [group for group in kept if group not in gone_on]
    state["groups"] = kept
    return (gone(state, group) for group in late)


def due_ms(state: Document, timeout_ms: int) -> int | None:
    """Return when the next message goes on although parts are missing, in milliseconds since 1970; None if none waits."""
    return min((one["last_ms"] + timeout_ms for one in state["groups"] if one.get("went") is None), default=None)


def gone(state: Document, group: Document) -> Whole:
    """Return the message of a group, which goes on now. The caller notes in `went` where it landed."""
    numbers = sorted(group["got"], key=int)
    parts = [group["got"][number] for number in numbers]
    former = _former(state, group)
    first = parts[0]
    message = InboundMessage(
        channel=group["channel"],
        account=group["account"],
        received_at=datetime.fromisoformat(max(part["received_at"] for part in parts)),
        sender=group["sender"],
        reply_to=group["reply_to"],
        shared=group["shared"],
        fragment=Fragment(data_coding=first["alphabet"]),
        text="",
        body=b"".join(base64.b64decode(part["body"]) for part in parts),
        coding=group["coding"],
        parts=len(parts),
        partial=len(parts) < group["total"],
    )
    group["digests"] = {number: group["got"][number]["digest"] for number in numbers}
    whole = Whole(
        message=message,
        id=first["id"],
        group=group,
        part_ids=tuple(part["id"] for part in parts),
        again_ids=tuple(group["again"]),
        doubtful=group["gap_ms"] > DOUBTFUL_MS or group.get("crossed", False),
        late_for=former,
    )
    group["went"], group["got"], group["again"] = {}, {}, []
    return whole


def _former(state: Document, group: Document) -> Document | None:
    """Return where the earlier part of a message has gone on that lacks just what this group has; None if there is none."""
    for other in reversed(state["groups"]):
        same = other is not group and other["key"] == group["key"] and other.get("went")
        if same and len(other["digests"]) < other["total"] and not other["digests"].keys() & group["got"].keys():
            found: Document = other["went"]
            return found
    return None


def _add(group: Document, part: Part, digest: str) -> None:
    message, fragment = part.message, part.message.fragment
    assert fragment is not None
    group["gap_ms"] = max(group["gap_ms"], part.at_ms - group["last_ms"])
    group["last_ms"] = part.at_ms
    group["got"][str(fragment.sequence)] = {
        "id": part.id,
        "digest": digest,
        "body": base64.b64encode(message.body).decode(),
        "alphabet": fragment.data_coding,
        "received_at": message.received_at.isoformat(),
    }


def _open(state: Document, key: list[Any], part: Part, digest: str) -> None:
    """Open a group with its first part. Another one that is open with the same reference may get parts of this one, and this one its."""
    message = part.message
    group = {
        "key": key,
        "total": key[2],
        "channel": message.channel,
        "account": message.account,
        "sender": message.sender,
        "reply_to": dict(message.reply_to),
        "shared": message.shared,
        "coding": message.coding,
        "got": {},
        "again": [],
        "last_ms": part.at_ms,
        "gap_ms": 0,
        "crossed": False,
    }
    for other in state["groups"]:
        if other["key"] == key and other.get("went") is None and part.at_ms - other["last_ms"] <= JOIN_MS:
            group["crossed"] = other["crossed"] = True
    _add(group, part, digest)
    state["groups"] = [*state["groups"], group]


def _ids(group: Document) -> list[str]:
    """Return the ids of the parts of a group that have not gone on."""
    return [*(part["id"] for part in group["got"].values()), *group["again"]]


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=8).hexdigest()
