"""Identity is derived, not stored: the same message gives the same ids after any redelivery, restart or replay."""

from functools import cache
from uuid import UUID, uuid5

NAMESPACE = UUID("5a2f0c1e-1708-5e14-8a70-0a9d1a9c1708")
"""The root of all ids of this service. Changing it would orphan every event ever written."""


def complaint_id(channel: str, upstream_id: str) -> UUID:
    """Return the id of the complaint that came as `upstream_id` through `channel`."""
    return uuid5(_channel_root(channel), upstream_id)


@cache
def _channel_root(channel: str) -> UUID:
    return uuid5(NAMESPACE, channel)


def disposition_id(complaint: UUID, hop: int) -> UUID:
    """Return the id of the complaint's disposition at `hop`."""
    return uuid5(complaint, f"disposition/{hop}")


def case_event_id(complaint: UUID, kind: str, *, hop: int, actor: str) -> UUID:
    """Return the id of an event: the same actor saying the same thing at the same hop is the same event."""
    return uuid5(complaint, f"event/{kind}/{hop}/{actor}")


def reply_id(cause: UUID, kind: str) -> UUID:
    """Return the id of the reply of this kind that the event `cause` led to."""
    return uuid5(cause, f"reply/{kind}")


def addition_id(complaint: UUID, upstream_id: str) -> UUID:
    """Return the id of the event that what came as `upstream_id` was added to the complaint."""
    return uuid5(complaint, f"addition/{upstream_id}")


def delivery_id(reply: UUID, outcome: str) -> UUID:
    """Return the id of the record that this became of the reply."""
    return uuid5(reply, f"delivery/{outcome}")


def dead_letter_id(source_key: str) -> UUID:
    """Return the id of the dead letter for what stood at `source_key` (topic/partition/offset or channel/upstream id)."""
    return uuid5(NAMESPACE, f"deadletter/{source_key}")
