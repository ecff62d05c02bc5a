"""Derives ids instead of storing them: the same message has the same ids after any redelivery, restart or replay."""

from functools import cache
from hashlib import blake2b, sha1
from typing import Final
from uuid import UUID, uuid5

NAMESPACE = UUID("5a2f0c1e-1708-5e14-8a70-0a9d1a9c1708")
"""The UUID from which all ids of this service are derived. It must never change: the same message would then get another id."""

CONTINUATION = "continuation"
"""The name from which, with the id of an addition, the id of the complaint that it becomes is derived."""


def derived(cause: UUID, name: str) -> UUID:
    """Return `uuid5(cause, name)` (RFC 9562, 5.5), in half the time."""
    digest = sha1(cause.bytes + name.encode(), usedforsecurity=False).digest()
    return UUID(int=int.from_bytes(digest[:16]) & _FREE_BITS | _VERSION_AND_VARIANT)


_VERSION_AND_VARIANT: Final = (5 << 76) | (0b10 << 62)
_FREE_BITS: Final = ~((0xF << 76) | (0b11 << 62))
"""Of the 128 bits of a UUID those of its version and of its variant, and the others."""


def message_id(channel: str, upstream_id: str) -> UUID:
    """Return the id of the message that came through the channel `channel` with the identifier `upstream_id`.

    The complaint or the command that the message becomes has the same id.
    """
    return uuid5(_channel_root(channel), upstream_id)


@cache
def _channel_root(channel: str) -> UUID:
    return uuid5(NAMESPACE, channel)


def command_id(complaint: UUID, kind: str, *, actor: str, nonce: str) -> UUID:
    """Return the id of a command. The same command, sent again, has the same id.

    Args:
        complaint: the id of the complaint.
        kind: the kind of the command.
        actor: the id of the agency.
        nonce: distinguishes two commands of one kind by one actor, such as a digest of the text.
    """
    return uuid5(complaint, f"command/{kind}/{actor}/{nonce}")


def line_id(code: str, kind: str, *, actor: str, nonce: str) -> UUID:
    """Return the id of the command in a line of a file of commands. The same line, in whatever file, has the same id.

    Args:
        code: the tracking code of the case.
        kind: the kind of the command.
        actor: the id of the agency.
        nonce: a digest of the rest of the line.
    """
    return uuid5(NAMESPACE, f"line/{code}/{kind}/{actor}/{nonce}")


def reply_id(cause: UUID, kind: str) -> UUID:
    """Return the id of the reply of the kind `kind` that the record with the id `cause` led to."""
    return uuid5(cause, reply_name(kind))


def reply_name(kind: str) -> str:
    """Return the name from which, with the id of its cause, the id of a reply of the kind `kind` is derived."""
    return f"reply/{kind}"


def continuation_id(addition: UUID) -> UUID:
    """Return the id of the complaint that the addition with the id `addition` becomes if its case has no room for it."""
    return uuid5(addition, CONTINUATION)


def content_digest(body: bytes) -> str:
    """Return the digest of the bytes of a message, which distinguishes other content with the same upstream identifier."""
    return blake2b(body, digest_size=16).hexdigest()


def changed_id(message: UUID, content: str) -> UUID:
    """Return the id of a message with the upstream identifier of an earlier one but other content, of which `content` is the digest."""
    return uuid5(message, f"content/{content}")


def companion_id(message: UUID, kind: str) -> UUID:
    """Return the id of the additional command of the kind `kind` that the message with the id `message` becomes."""
    return uuid5(message, f"companion/{kind}")


def delivery_id(reply: UUID, outcome: str) -> UUID:
    """Return the id of the delivery that says that the reply with the id `reply` had the outcome `outcome`."""
    return uuid5(reply, f"delivery/{outcome}")


def timer_id(key: str, due_ms: int) -> UUID:
    """Return the id of the timer of a state that is due at a time in milliseconds since 1970. Firing it twice gives the same id."""
    return uuid5(NAMESPACE, f"timer/{key}/{due_ms}")


def dead_letter_id(source_key: str) -> UUID:
    """Return the id of the dead letter of an input. `source_key` is topic/partition/offset, or channel/upstream id."""
    return uuid5(NAMESPACE, f"deadletter/{source_key}")
